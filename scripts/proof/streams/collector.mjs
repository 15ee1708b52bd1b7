import { SequenceRanges, systemClock } from '../../../dist/base/index.js';
import { WebSocketConnectionPool } from '../../../dist/pool/index.js';
import { accountOf } from './account.mjs';

/**
 * A collector on our pool that writes down what its handlers see. Resolves when every stream is
 * acknowledged; after `stop` nothing more is written down; `tell` gives the account of it all, times counted from the
 * fault.
 */
export async function openCollector(options, names) {
  const pool = new WebSocketConnectionPool(options);
  const log = { events: [], on: true };
  pool.on((event) => {
    if (log.on && event.kind !== 'acknowledged') log.events.push(event);
  });
  await pool.start();
  const streams = names.map((name) => watch(pool, name, log));
  const beganAtMs = systemClock.now();
  await Promise.all(streams.map(({ subscription }) => subscription.acknowledged));
  return {
    pool,
    stop() {
      log.on = false;
      log.lastedMs = systemClock.now() - beganAtMs;
    },
    tell: (injectedAtMs, sent) => ({
      streams: streams.map((stream) => accountOf(stream, injectedAtMs, sent.get(stream.name) ?? [], log.lastedMs)),
      events: log.events.flatMap((event) => rowOf(event, injectedAtMs)),
    }),
  };
}

function watch(pool, name, log) {
  const stream = {
    name,
    seen: new SequenceRanges(),
    gaps: new SequenceRanges(),
    messages: 0,
    repeated: 0,
    disordered: 0,
    gapsTold: 0,
    lastId: 0,
    interruptions: [],
  };
  stream.subscription = pool.subscribe(name, {
    onMessage({ firstId, lastId }) {
      if (!log.on) return;
      stream.messages += 1;
      if (firstId <= stream.lastId) stream.disordered += 1;
      stream.lastId = lastId;
      stream.repeated += stream.seen.add(firstId, lastId);
      const open = stream.interruptions.at(-1);
      if (open) open.endedAtMs ??= systemClock.now();
    },
    onState(state) {
      if (log.on && state === 'recovering') stream.interruptions.push({ beganAtMs: systemClock.now() });
      if (log.on && state === 'live' && stream.interruptions.length > 0)
        stream.interruptions.at(-1).acknowledgedAtMs ??= systemClock.now();
    },
    onGap({ lastGoodId, firstGoodId, unknownLoss }) {
      if (!log.on) return;
      stream.gapsTold += 1;
      if (lastGoodId !== null && !unknownLoss) stream.gaps.add(lastGoodId + 1, firstGoodId - 1);
    },
  });
  return stream;
}

/** What happened to connections, from the fault on. */
function rowOf(event, injectedAtMs) {
  const atMs = (event.kind === 'opened' ? event.openedAtMs : (event.closedAtMs ?? event.atMs)) - injectedAtMs;
  if (!(atMs > 0) || event.connectionId === undefined) return [];
  const { kind, connectionId, endpointIndex, reason, cause } = event;
  return [
    {
      atMs: Math.round(atMs * 10) / 10,
      kind,
      connectionId,
      endpointIndex,
      ...(reason && { reason }),
      ...(cause && { cause }),
    },
  ];
}
