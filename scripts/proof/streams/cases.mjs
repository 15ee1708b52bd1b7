// What goes wrong in a trial, with which pool, and what must come of it. Durations are milliseconds.

export const ROUND_TRIP_MS = 5;
/** When a process is kept from running for longer than this, a trial cannot tell how long anything took … */
export const LATE_MS = 25;
/** … or whether a connection could have been replaced in time. */
export const LATE_FOR_ROTATION_MS = 100;
export const SILENCE_MS = 1000;
export const PING_MS = 500;
/** A peer that fell silent is found this long after its last message at the latest. */
const DETECTION_MS = SILENCE_MS + PING_MS;
const FAULT_MS = 800;
const HALF_OPEN_MS = 2000;
/** Long enough for an endpoint that is out of service for a second to be tried again meanwhile. */
const LONG_MS = 2000;

/** Streams share two connections at least; two endpoints unless a case says otherwise. */
const PLAIN = { maxConnections: 4, minConnections: 2 };
/** One connection carries everything, another one waits. */
const STANDBY = { maxConnections: 2, standby: 1 };
const DUAL = { maxConnections: 2, feeds: 2 };

const cut = { kind: 'cut-all', by: 'rst', durationMs: 10 };
const reset = { kind: 'reset', durationMs: FAULT_MS };
const silence = { kind: 'silence', durationMs: HALF_OPEN_MS };
const onlyFirst = (...faults) => faults.map((fault) => Object.assign({ endpoint: 0 }, fault));
const everywhere = (...faults) => faults.map((fault) => Object.assign({ endpoint: null }, fault));
/** Only the connections that carry the busiest symbol. */
const carrying = (fault) => (symbol) => [{ ...fault, endpoint: null, symbol }];

/** Interrupted streams. `bound` is of the recovery, its median or the longest; set before anything was measured. */
const RECOVERY = {
  'reset, one of two endpoints': { pool: PLAIN, faults: onlyFirst(reset), bound: { median: 150 } },
  'reset, everything, newcomers served': { pool: PLAIN, faults: everywhere(cut), bound: { median: 150 } },
  'reset, everything, one endpoint': { endpoints: 1, pool: PLAIN, faults: everywhere(cut), bound: { median: 150 } },
  'half-open, one of two endpoints': {
    pool: PLAIN,
    faults: onlyFirst(silence),
    bound: { most: DETECTION_MS + 150 },
  },
  'half-open, one endpoint, newcomers served again': {
    endpoints: 1,
    pool: PLAIN,
    faults: everywhere({ ...silence, durationMs: SILENCE_MS }),
    bound: { most: DETECTION_MS + 150 },
  },
  'reset, a connection ready': { endpoints: 1, pool: STANDBY, faults: carrying(cut), bound: { median: 50 } },
  'half-open, a connection ready': {
    endpoints: 1,
    pool: STANDBY,
    faults: carrying({ ...silence, durationMs: SILENCE_MS }),
    bound: { most: DETECTION_MS + 50 },
  },
};

/** Every stream comes over both endpoints, and something goes wrong with the first. Nothing may be lost or repeated. */
const TWO_FEEDS = {
  reset: [reset],
  'half-open': [silence],
  'close frame': [{ kind: 'close-code', code: 1001, reason: 'going away', durationMs: 10 }],
  refused: [{ kind: 'refuse', durationMs: FAULT_MS }],
  'data stalls, heartbeats go on': [{ kind: 'stream-stall', durationMs: FAULT_MS }],
  'cut, then slow to let in': [cut, { kind: 'slow-handshake', delayMs: 500, durationMs: LONG_MS }],
  'messages left out': [{ kind: 'drop-messages', share: 0.1, durationMs: FAULT_MS }],
  'messages sent twice': [{ kind: 'duplicate-messages', share: 0.1, durationMs: FAULT_MS }],
  'messages out of order': [{ kind: 'reorder-messages', share: 0.1, durationMs: FAULT_MS }],
  'cut, then no acknowledgement': [cut, { kind: 'lost-ack', durationMs: LONG_MS }],
  'end announced': [{ kind: 'maintenance-notice', leadMs: 500, durationMs: FAULT_MS }],
};

const AGE_MS = 2000;
const EARLY = { rotateBeforeMs: 300, rotateSpreadMs: 700 };

/** Connections are replaced while they work. Nothing may be lost or repeated. */
const ROTATION = {
  'by age': {
    pool: { ...PLAIN, ...EARLY },
    maxAgeMs: AGE_MS,
    faults: [],
    afterMs: 3500,
  },
  'by age, two feeds': {
    pool: { ...DUAL, ...EARLY },
    maxAgeMs: AGE_MS,
    faults: [],
    afterMs: 3500,
  },
  'on notice, one endpoint': {
    endpoints: 1,
    pool: PLAIN,
    faults: everywhere({ kind: 'maintenance-notice', leadMs: 500, durationMs: FAULT_MS }),
  },
  'on notice, one of two endpoints': {
    pool: PLAIN,
    faults: onlyFirst({ kind: 'maintenance-notice', leadMs: 500, durationMs: FAULT_MS }),
  },
};

/** Everything is cut at once. Of all who come back, this share may come within the same ten milliseconds. */
export const LOCKSTEP = 0.4;
export const LOCKSTEP_MS = 10;
const STORM = {
  '20 collectors of one connection each': { pools: 20, pool: { maxConnections: 1 }, faults: everywhere(cut) },
  '20 collectors that keep a connection': {
    pools: 20,
    pool: { maxConnections: 2, minConnections: 1 },
    faults: everywhere(cut),
  },
  'one collector of 20 connections': {
    pools: 1,
    pool: { maxConnections: 20, minConnections: 20, streamsPerConnection: 2 },
    streams: 40,
    faults: everywhere(cut),
  },
};

const grouped = (group, cases, complete) =>
  Object.entries(cases).map(([name, one]) =>
    Object.assign({ group, name, endpoints: 2, pools: 1, together: 1, lateMs: LATE_MS }, complete(one)),
  );

// Where times are judged, a trial has the machine for itself as far as it can; where counts are, several run at once.
export const CASES = [
  ...grouped('two feeds', TWO_FEEDS, (faults) => ({
    afterMs: 2600,
    together: 5,
    // Whoever has two feeds has no excuse.
    lateMs: Number.POSITIVE_INFINITY,
    pool: DUAL,
    faults: onlyFirst(...faults),
  })),
  ...grouped('rotation', ROTATION, (one) => ({
    afterMs: 1500,
    together: 5,
    lateMs: LATE_FOR_ROTATION_MS,
    ...one,
  })),
  ...grouped('recovery', RECOVERY, (one) => ({ afterMs: DETECTION_MS + 700, ...one })),
  ...grouped('storm', STORM, (one) => ({ afterMs: 800, endpoints: 1, ...one })),
];
