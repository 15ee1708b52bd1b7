/** Deribit v2, market data: the numbers of its rules (docs.deribit.com; heartbeat and idle times as observed). */
export const DERIBIT_RULES = {
  /** What a request costs, out of a pool of its address that fills up in the refill time; so with the two others. */
  requestCredits: 500,
  requestPool: 50_000,
  requestRefillMs: 5_000,
  subscribeCredits: 3_000,
  subscribePool: 30_000,
  subscribeRefillMs: 3_000,
  instrumentsCredits: 10_000,
  instrumentsPool: 500_000,
  instrumentsRefillMs: 50_000,
  channelsPerCall: 500,
  /** Open at a time, HTTP connections included. */
  connectionsPerAddress: 32,
  messageBytes: 32_768,
  httpConnectionAgeMs: 900_000,
  /** A socket that is silent this long, and subscribed to nothing, is dropped. */
  idleMs: 60_500,
  /** How long the shortest heartbeat interval (10) lasts; longer ones in proportion. */
  heartbeatMs: 10_000,
  heartbeatAnswerMs: 10_000,
} as const satisfies Record<string, number>;

export type DeribitRules = { readonly [K in keyof typeof DERIBIT_RULES]: number };
