/** Bybit v5, public market data: the numbers of its rules (Bybit v5 documentation, "Rate Limit Rules" and "Connect"). */
export const BYBIT_RULES = {
  requestsPerWindow: 600,
  requestWindowMs: 5_000,
  /** How long an address gets nothing but 403 after it sent too many requests. */
  banMs: 600_000,
  connectionsPerWindow: 500,
  connectionWindowMs: 300_000,
  /** Open streams of one address, counted for each kind of market. */
  connectionsPerAddress: 1_000,
  /** Topics in one request of a spot stream. */
  argsPerRequest: 10,
  /** Characters of all topics that a connection is subscribed to. */
  argsLength: 21_000,
  /** A client that says nothing for this long is cut. */
  idleMs: 600_000,
} as const satisfies Record<string, number>;

export type BybitRules = { readonly [K in keyof typeof BYBIT_RULES]: number };
