// A script and its verdict in words, for whoever has to find out what went wrong.

/** The seed, the options, the faults and when, and what was not as it should be. */
export function describe({ verdict, script, faults, startMs, end }) {
  const { seed, venue, endpoints, link, activity, maxAgeMs, pool, streams, changes } = script;
  const { counts, failures, limits, lateMs } = verdict;
  const wrong = [...failures, ...limits.map((limit) => `${limit} (a process was ${lateMs} ms late)`)];
  return [
    `seed ${seed}: ${venue}, ${endpoints} endpoints, ${streams.length} streams, activity ${activity}, age ${maxAgeMs ?? 'unlimited'}, link ${JSON.stringify(link)}`,
    `  pool ${JSON.stringify(pool)}`,
    ...faults.map((fault) => `  ${faultLine(fault, startMs)}`),
    `  changes ${changes.map(({ atMs, stream, wanted }) => `${atMs}:${wanted ? '+' : '-'}${stream}`).join(' ') || 'none'}`,
    `  ${Object.entries(counts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    `  settled after ${end.settleMs} ms, ${verdict.connections} connections, ${verdict.mostConnections} at a time; books ${end.books
      .map(
        ({ symbol, equal, resyncs, looks }) =>
          `${symbol} ${equal === true ? `equal (look ${looks})` : equal} after ${resyncs} snapshots`,
      )
      .join(', ')}`,
    `  ${JSON.stringify(verdict.events)}`,
    ...(wrong.length === 0 ? [`  held; late by ${lateMs} ms at most`] : wrong.map((failure) => `  FAILED ${failure}`)),
  ].join('\n');
}

function faultLine(
  {
    id,
    kind: _kind,
    atMs: _atMs,
    durationMs: _durationMs,
    injectedAtMs,
    liftedAtMs,
    touched,
    openAtInjection: _open,
    ...rest
  },
  startMs,
) {
  const at = (ms) => (ms === null ? 'never' : Math.round(ms - startMs));
  return `${id} ${at(injectedAtMs)}…${at(liftedAtMs)} ms, touched ${touched} ${JSON.stringify(rest)}`;
}

/** Everything in order of time; with a stream, only what concerns it. */
export function timeline({ told, ledger, faults, startMs }, stream) {
  const concerns = (name) => stream === undefined || name === undefined || name === stream;
  const lines = [
    ...faults.flatMap(ofFault),
    ...told.events.flatMap((event) => (concerns(event.stream) ? ofEvent(event) : [])),
    ...ledger.connections.flatMap(ofConnection),
    ...ledger.subscriptions.flatMap((row) => (concerns(row.stream) ? ofSubscription(row) : [])),
    ...told.records.flatMap((record) => (record.stream === stream ? ofHolder(record) : [])),
  ];
  return lines
    .filter(([atMs]) => atMs !== null && atMs !== undefined)
    .toSorted(([a], [b]) => a - b)
    .map(([atMs, text]) => `    ${(atMs - startMs).toFixed(1).padStart(9)} ${text}`)
    .join('\n');
}

// Each as [when, what]; what never came to be is left out above.

function ofFault({ id, injectedAtMs, liftedAtMs }) {
  return [
    [injectedAtMs, `FAULT ${id}`],
    [liftedAtMs, `LIFTED ${id}`],
  ];
}

function ofEvent({ at, kind, ...rest }) {
  return [[at, `pool ${kind} ${JSON.stringify(rest)}`]];
}

function ofConnection({ endpoint, remotePort, upgraded, acceptedAtMs, closedAtMs, lostAtMs, endedBy, subscribes }) {
  const where = `${endpoint}/${remotePort}${upgraded ? '' : ' not upgraded'}, ${subscribes} streams`;
  return [
    [acceptedAtMs, `ledger accepted ${where}`],
    [lostAtMs, `ledger lost ${where}`],
    [closedAtMs, `ledger closed ${where} by ${endedBy}`],
  ];
}

function ofSubscription(row) {
  const where = `${row.stream} ${row.endpoint}/${row.remotePort}`;
  const sent = JSON.stringify(row.sent.slice(0, 12));
  return [
    [row.startedAtMs, `ledger subscribed ${where} from ${row.fromId}, sent ${row.messagesSent}: ${sent}`],
    [row.lostAtMs, `ledger lost ${where}`],
    [row.endedAtMs, `ledger ended ${where} by ${row.endedBy}`],
  ];
}

function ofHolder({ subscribedAtMs, ranges, states, closedAtMs }) {
  return [
    [subscribedAtMs, `holder subscribes; sees ${JSON.stringify(ranges.slice(0, 30))}`],
    ...states.map(([state, atMs]) => [atMs, `state ${state}`]),
    [closedAtMs, 'holder closes'],
  ];
}
