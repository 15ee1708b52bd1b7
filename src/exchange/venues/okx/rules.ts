/**
 * OKX v5 market data: the numbers of its rules (OKX API guide v5, June 2026). Limits of REST paths hold for each
 * address within `requestWindowMs`, where the guide says so also for each instrument or instrument type.
 */
export const OKX_RULES = {
  /** A connection to which nothing was sent for so long is closed. */
  idleMs: 30_000,
  /** An order book that stands still says so after this time. */
  quietBookMs: 60_000,
  operationsPerWindow: 480,
  operationWindowMs: 3_600_000,
  connectionsPerWindow: 3,
  connectionWindowMs: 1_000,
  argumentBytes: 65_536,
  /** Close code 4009 exists but its number is not published: about what fits into one request. */
  channelsPerConnection: 1_000,
  requestWindowMs: 2_000,
  timeRequests: 10,
  instrumentsRequests: 20,
  booksRequests: 40,
  tradesRequests: 100,
  candlesRequests: 40,
  historyCandlesRequests: 20,
  tickerRequests: 20,
  tickersRequests: 20,
  fundingRateRequests: 10,
  openInterestRequests: 20,
  markPriceRequests: 10,
  ratioRequests: 5,
  /** 1: books carry the CRC32 that they did until June 2026. 0: `checksum` is always 0, as since then. */
  legacyChecksum: 0,
} as const satisfies Record<string, number>;

export type OkxRules = { readonly [K in keyof typeof OKX_RULES]: number };
