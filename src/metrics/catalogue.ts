/** How a metric is read, compared and printed. docs/metrics.md is checked against this table. */
export interface MetricDefinition {
  readonly unit: 'count' | 'rate' | 'ms' | 'us' | '1/s' | 'MB' | 'MB/min' | 'waiters' | 'ns' | 'messages';
  readonly better: 'lower' | 'higher' | 'neither';
  /** A distribution has percentiles (`name.p50`); counts are integers, compared exactly. */
  readonly shape: 'count' | 'scalar' | 'distribution';
  readonly meaning: string;
}

const count = (meaning: string, better: MetricDefinition['better'] = 'neither'): MetricDefinition => ({
  unit: 'count',
  better,
  shape: 'count',
  meaning,
});
const rate = (meaning: string, better: MetricDefinition['better'] = 'higher'): MetricDefinition => ({
  unit: 'rate',
  better,
  shape: 'scalar',
  meaning,
});
const latency = (meaning: string): MetricDefinition => ({
  unit: 'ms',
  better: 'lower',
  shape: 'distribution',
  meaning,
});

/** Every metric that a record can hold, by name. */
export const METRICS = {
  // Acquire, or placement for shared leases
  hitRate: rate('acquires served by an idle connection ÷ successful acquires'),
  reuseRate: rate('uses of a connection that already completed a use ÷ all uses'),
  usesPerConnection: { unit: 'count', better: 'higher', shape: 'scalar', meaning: 'uses ÷ connections opened' },
  utilization: rate('∫ used dt ÷ ∫ open dt, exact from events'),
  utilizationOfMax: rate('∫ used dt ÷ (maximum × window)'),
  saturation: { unit: 'waiters', better: 'lower', shape: 'scalar', meaning: '∫ pending dt ÷ window' },
  acquireLatencyMs: latency('call → connection handed over: queue, validation and any awaited dial included'),
  setupLatencyMs: latency('dial start → usable'),
  setupCostPerOpMs: { unit: 'ms', better: 'lower', shape: 'scalar', meaning: 'all time spent in set-up ÷ operations' },
  useTimeMs: latency('handed over → released'),
  connectionLifetimeMs: latency('usable → closed'),
  openMsPerConnection: { unit: 'ms', better: 'higher', shape: 'scalar', meaning: '∫ open dt ÷ connections opened' },
  // Connections
  connectionsOpened: count('connections that became usable', 'lower'),
  handshakesFull: count('full TLS handshakes, by the exchange', 'lower'),
  handshakesResumed: count('resumed TLS handshakes, by the exchange'),
  healthRate: rate('∫ healthy dt ÷ ∫ open dt on the exchange’s timeline'),
  reconnectDelayMs: latency('connection lost → the connection that took its place is accepted'),
  limitsBroken: count('times that a rule of the venue was broken, by the exchange', 'lower'),
  // Operations
  operations: count('operations attempted'),
  attempts: count('requests sent, every try counted'),
  retries: count('attempts beyond the first of an operation', 'lower'),
  unstarted: count('operations that the schedule wanted and the client could not start', 'lower'),
  throughput: { unit: '1/s', better: 'higher', shape: 'scalar', meaning: 'completed operations ÷ active time' },
  completionMs: { unit: 'ms', better: 'lower', shape: 'scalar', meaning: 'first start → last completion of a burst' },
  responseTimeMs: latency('intended start → last byte'),
  serviceTimeMs: latency('actual start → last byte'),
  startLagMs: latency('intended start → actual start: the pacer’s own error and any wait for a free slot'),
  operationErrorRate: rate('operations that failed for the caller ÷ attempted', 'lower'),
  attemptErrorRate: rate('attempts that failed on the wire ÷ attempts', 'lower'),
  // Streams
  subscriptions: count('subscribe requests that the exchange accepted'),
  unsubscriptions: count('unsubscribe requests that the exchange received'),
  subscribeLatencyMs: latency('subscribe called → acknowledged, connection included'),
  coverage: rate('∫ acknowledged subscriptions dt ÷ ∫ desired subscriptions dt'),
  messagesReceived: { unit: 'messages', better: 'neither', shape: 'count', meaning: 'messages the handler saw' },
  messagesLost: count('messages due on a desired stream that the handler never saw', 'lower'),
  messagesRepeated: count('messages that the handler saw again', 'lower'),
  lossUnreported: count('lost messages that no gap event of the client covers', 'lower'),
  gapOverReport: count('messages covered by gap events that were not lost', 'lower'),
  handoverLoss: count('lost messages that no loss of a connection explains', 'lower'),
  messageDelayMs: latency('exchange’s send → consumer’s handler'),
  gapMs: latency('per affected symbol: last good message → first good message after a fault'),
  resubscribeDelayMs: latency('stream lost → its next subscribe on any connection'),
  unsentWhileDown: count('messages due on a stream while no working connection carried it', 'lower'),
  // Failover
  faultsInjected: count('faults injected'),
  faultsFelt: count('faults that touched an operation or a stream'),
  faultsMissed: count('felt faults not recovered before they were lifted', 'lower'),
  detectMs: latency('injection → the client declares the connection or endpoint dead'),
  failoverMs: latency(
    'injection → the last operation or stream affected works again; a miss counts the fault’s length',
  ),
  failovers: count('times that work moved off an endpoint declared dead'),
  // Objects
  objectHitRate: rate('objects taken from the pool ÷ objects asked for'),
  usesPerObject: { unit: 'count', better: 'higher', shape: 'scalar', meaning: 'objects asked for ÷ objects created' },
  // Machine
  cpuUsPerOp: { unit: 'us', better: 'lower', shape: 'scalar', meaning: 'user and system CPU of the arm ÷ operations' },
  heapUsedMb: { unit: 'MB', better: 'lower', shape: 'scalar', meaning: 'heap used after forced GC' },
  rssMb: { unit: 'MB', better: 'neither', shape: 'scalar', meaning: 'resident set; shown, never gated' },
  gcPauseMs: latency('pauses of the garbage collector in the arm'),
  eventLoopDelayMs: latency('delay of the arm’s event loop'),
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;

const PERCENTILES = ['p50', 'p90', 'p99', 'max'] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** Bump when a definition changes, so that older baselines no longer fit. */
export const METRIC_VERSION = 1;

/** `name` for counts and scalars, `name.p50` and the like for distributions. */
export type MetricPath = string;

/** Looks a path up; undefined when there is no such metric or percentile. */
export function metricAt(
  path: MetricPath,
):
  | { readonly name: MetricName; readonly percentile: Percentile | null; readonly definition: MetricDefinition }
  | undefined {
  const [name, percentile, ...rest] = path.split('.');
  if (name === undefined || !(name in METRICS) || rest.length > 0) return undefined;
  const definition: MetricDefinition = METRICS[name as MetricName];
  if (definition.shape !== 'distribution') {
    return percentile === undefined ? { name: name as MetricName, percentile: null, definition } : undefined;
  }
  const known = PERCENTILES.find((candidate) => candidate === percentile);
  return known && { name: name as MetricName, percentile: known, definition };
}

/** Every valid path, for suggestions and documentation. */
export function metricPaths(): MetricPath[] {
  return Object.entries(METRICS).flatMap(([name, definition]) =>
    definition.shape === 'distribution' ? PERCENTILES.map((percentile) => `${name}.${percentile}`) : [name],
  );
}
