// What goes wrong in a script: one to six faults of the exchange's own kinds, and `link`, which is a worse link for a
// while (every connection is cut when a link changes).
const MOST = 6;
const SHORTEST_MS = 40;
const LONGEST_MS = 4000;
/** Nothing begins later, and everything is over by the end of the hour. */
const LAST_START = 0.85;
const LAST_END = 0.97;

const some = (draw, spec, from = 0.1) => (draw.chance(0.5) ? { ...spec, share: draw.real(from, 0.9) } : spec);

/** Particulars by kind. Those of `needsDial` are felt by newcomers alone, and need a reason to dial. */
const KINDS = {
  refuse: () => ({}),
  reset: (draw) => some(draw, {}),
  silence: (draw) => some(draw, {}),
  'slow-handshake': (draw) => some(draw, { delayMs: draw.spread(40, 1200) }),
  'http-error': (draw) => some(draw, { status: draw.of([403, 429, 500, 502, 503]) }),
  'close-code': (draw) => some(draw, { code: draw.of([1000, 1001, 1008, 1011, 1012, 1013, 4000]), reason: 'later' }),
  'lost-ack': (draw) => some(draw, {}),
  'stream-stall': (draw) => some(draw, {}),
  'drop-messages': (draw) => ({ share: draw.real(0.02, 0.6) }),
  'duplicate-messages': (draw) => ({ share: draw.real(0.05, 1) }),
  'reorder-messages': (draw) => ({ share: draw.real(0.05, 0.6) }),
  'crossed-book': (draw) => ({ share: draw.real(0.02, 0.3) }),
  'cut-all': (draw) => some(draw, { by: draw.of(['fin', 'rst']) }),
  'maintenance-notice': (draw, durationMs) => some(draw, { leadMs: Math.round(durationMs * draw.real(0.3, 1)) }),
  link: (draw) => ({ link: worseLink(draw) }),
};
const NEEDS_DIAL = new Set(['slow-handshake', 'http-error', 'lost-ack']);
/** Whose messages can be those of one symbol. */
const OF_SYMBOL = new Set(['stream-stall', 'drop-messages', 'reorder-messages', 'lost-ack', 'cut-all']);

export const FAULT_KINDS = Object.keys(KINDS);

export function drawFaults(draw, { endpoints, hourMs, symbols }) {
  const count = draw.whole(1, MOST);
  const faults = [];
  while (faults.length < count) {
    const kind = draw.of(FAULT_KINDS);
    const atMs = Math.round(draw.real(300, hourMs * LAST_START));
    const longestMs = Math.min(LONGEST_MS, hourMs * LAST_END - atMs);
    const durationMs = draw.spread(SHORTEST_MS, longestMs);
    const endpoint = endpoints > 1 && kind !== 'link' && draw.chance(0.65) ? draw.whole(0, endpoints - 1) : null;
    const symbol = OF_SYMBOL.has(kind) && draw.chance(0.25) ? { symbol: draw.whole(0, symbols - 1) } : {};
    faults.push({ kind, endpoint, atMs, durationMs, ...KINDS[kind](draw, durationMs), ...symbol });
    if (NEEDS_DIAL.has(kind) && faults.length < count)
      faults.push({ kind: 'cut-all', endpoint, atMs: atMs + 1, durationMs: SHORTEST_MS, ...KINDS['cut-all'](draw) });
  }
  return faults
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((fault, index) => Object.assign({ id: `${index + 1}:${fault.kind}` }, fault));
}

function worseLink(draw) {
  const rttMs = draw.spread(5, 80);
  return {
    rttMs,
    ...(draw.chance(0.5) && { jitterMs: rttMs * draw.real(0.04, 0.4) }),
    ...(draw.chance(0.5) && { bitsPerSecond: draw.spread(1e6, 10e6) }),
  };
}
