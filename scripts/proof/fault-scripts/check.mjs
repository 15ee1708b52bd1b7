// The verdict on one script: what the client saw against the exchange's ledger, fault by fault.
import { checkStream } from './check-stream.mjs';
import { attribute, faultRows } from './attribution.mjs';

// One more while a connection is replaced, and one for an endpoint that is tried again.
const REPLACING = 2;
const SHOWN_LOSSES = 5;

/**
 * `script` as drawn; `faults` what was injected, with `injectedAtMs`, `liftedAtMs` and `touched`; `told` what the client
 * told at its close; `ledger` the exchange's last word; `end` how things had settled.
 */
export function checkScript({ script, faults, told, ledger, end }) {
  const connections = connectionsOf(told.events);
  const streams = told.records.map((record) => {
    const rows = ledger.subscriptions
      .filter(({ stream }) => stream === record.stream)
      .map((row) => Object.assign({}, row, heardOf(row, record, connections)));
    const { counts, losses } = checkStream(record, rows, { faults, ackTimeoutMs: script.pool.ackTimeoutMs });
    return { stream: record.stream, record, counts, losses };
  });
  const losses = streams.flatMap(({ stream, losses: own }) =>
    own.map((loss) => ({ stream, ...loss, fault: attribute(faults, loss.began, loss.ended)?.id })),
  );
  const counts = sumOf(streams.map((one) => one.counts));
  const failures = [
    ...lossFailures(losses),
    ...orderFailures(streams),
    ...end.failures,
    ...witnessFailures(told, ledger, connections),
    ...bookFailures(end.books),
    ...consumerFailures(told),
  ];
  return {
    seed: script.seed,
    venue: script.venue,
    failures,
    limits: limitFailures(ledger, told, script),
    counts,
    faults: faultRows(faults, streams, losses, told.events),
    settleMs: end.settleMs,
    books: end.books,
    connections: ledger.counts.upgrades,
    mostConnections: mostOpen(told.events),
    events: countBy(told.events, ({ kind }) => kind),
  };
}

function lossFailures(losses) {
  const unreported = losses.filter((loss) => loss.unreported > 0);
  return unreported
    .slice(0, SHOWN_LOSSES)
    .map(({ stream, range, unreported: ids, began, ended, where = 'within', fault }) => {
      const lasted = `${Math.round(ended - began)} ms`;
      return `unreported loss: ${stream} ${where} ${range.join('…')} (${ids} ids) over ${lasted} after ${fault ?? 'no fault'}`;
    });
}

function orderFailures(streams) {
  return streams.flatMap(({ stream, record: { repeated, disordered, refused } }) => [
    ...(repeated.length > 0 ? [`repeated: ${stream} ${repeated.length} times, first ${repeated[0].join(' ')}`] : []),
    ...(disordered.length > 0
      ? [`out of order: ${stream} ${disordered.length} times, first ${disordered[0].join(' ')}`]
      : []),
    ...(refused && !/was closed/.test(refused) ? [`refused: ${stream}: ${refused}`] : []),
  ]);
}

function limitFailures({ counts, rowsDropped, rangesDropped }, { events }, { pool }) {
  const broken = Object.entries(counts.violations).map(([rule, times]) => `limit of the venue: ${rule} ${times} times`);
  const most = mostOpen(events);
  if (most > pool.maxConnections + REPLACING) broken.push(`${most} connections open, of ${pool.maxConnections}`);
  if (rowsDropped + rangesDropped > 0) broken.push('the ledger forgot rows: nothing can be said');
  return broken;
}

/** What the client says of its connections and acknowledgements has to be in the ledger too. */
function witnessFailures({ events }, ledger, connections) {
  const served = new Set(ledger.connections.filter(({ upgraded }) => upgraded).map(keyOf));
  const subscribed = new Set(ledger.subscriptions.map((row) => `${keyOf(row)} ${row.stream}`));
  const unknown = [...connections.values()].filter(({ key }) => !served.has(key));
  const unasked = events.filter(
    ({ kind, stream, connectionId }) =>
      kind === 'acknowledged' && !subscribed.has(`${connections.get(connectionId)?.key} ${stream}`),
  );
  return [
    ...(unknown.length > 0 ? [`${unknown.length} connections that the exchange does not know`] : []),
    ...(unasked.length > 0 ? [`${unasked.length} acknowledgements that the exchange does not know`] : []),
  ];
}

function bookFailures(books) {
  return books
    .filter(({ equal }) => equal === false)
    .map(({ symbol, state, differing }) => `book of ${symbol} (${state}) differs: ${JSON.stringify(differing)}`);
}

function consumerFailures({ events }) {
  const failed = events.find(({ kind }) => kind === 'consumerFailed');
  return failed ? [`a handler threw: ${failed.error}`] : [];
}

/** The client's connections by id. */
function connectionsOf(events) {
  const connections = new Map();
  for (const event of events) {
    if (event.kind === 'opened') {
      const { connectionId, endpointIndex, localPort, openedAtMs } = event;
      connections.set(connectionId, { key: `${endpointIndex} ${localPort}`, openedAtMs, acknowledged: [] });
    } else if (event.kind === 'acknowledged') {
      connections.get(event.connectionId)?.acknowledged.push(event);
    } else if (event.kind === 'closed') {
      const known = connections.get(event.connectionId);
      if (known) Object.assign(known, { closedAtMs: event.closedAtMs, reason: event.reason });
    }
  }
  return connections;
}

function heardOf(row, { stream, subscribedAtMs, endedAtMs }, connections) {
  const until = endedAtMs ?? Number.POSITIVE_INFINITY;
  for (const { key, acknowledged, closedAtMs, reason } of connections.values()) {
    if (key !== keyOf(row) || closedAtMs < row.startedAtMs) continue;
    // A holder before or after this one may have had the stream on the same connection.
    if (row.startedAtMs < subscribedAtMs || row.startedAtMs > until) return { acknowledged: false };
    const heard = acknowledged.some(
      ({ stream: other, atMs }) => other === stream && atMs >= subscribedAtMs && atMs <= until,
    );
    const broke =
      (reason === 'peer' || reason === 'declaredDead') && closedAtMs >= subscribedAtMs && closedAtMs <= until;
    return { acknowledged: heard, ...(heard && broke && { brokenAtMs: closedAtMs }) };
  }
  return { acknowledged: false };
}

function keyOf({ endpoint, remotePort }) {
  return `${endpoint} ${remotePort}`;
}

function mostOpen(events) {
  let open = 0;
  let most = 0;
  for (const { kind } of events) {
    if (kind === 'opened') most = Math.max(most, (open += 1));
    if (kind === 'closed') open -= 1;
  }
  return most;
}

export function sumOf(rows) {
  const sum = {};
  for (const row of rows) for (const [name, value] of Object.entries(row)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

function countBy(items, keyOfItem) {
  const counts = {};
  for (const item of items) counts[keyOfItem(item)] = (counts[keyOfItem(item)] ?? 0) + 1;
  return counts;
}
