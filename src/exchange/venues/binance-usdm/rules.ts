import type { CommonRules } from '../binance-common/rules.js';

/** Binance USD-M futures, market data: the numbers of its rules (USD-M futures documentation). */
export const BINANCE_USDM_RULES = {
  pingEveryMs: 180_000,
  pongTimeoutMs: 600_000,
  messagesPerWindow: 10,
  messageWindowMs: 1_000,
  streamsPerConnection: 1024,
  connectionsPerWindow: 300,
  connectionWindowMs: 300_000,
  // How often is "repeatedly" is not published; neither is `forgivenRefusals`.
  forgivenDisconnects: 3,
  maxAgeMs: 86_400_000,
  weightPerWindow: 2_400,
  weightWindowMs: 60_000,
  /** Requests to `/futures/data`, and for funding rates. */
  dataRequestsPerWindow: 1_000,
  fundingRequestsPerWindow: 500,
  requestWindowMs: 300_000,
  /** Request weight of opening a connection to the WebSocket API. */
  handshakeWeight: 5,
  forgivenRefusals: 10,
  banMs: 120_000,
  longestBanMs: 259_200_000,
  /** 1: the paths without a route carry everything, as they did before 2026-04-23; 0: book data only. */
  unroutedMarketData: 0,
} as const satisfies Record<string, number> & CommonRules;

export type BinanceUsdmRules = { readonly [K in keyof typeof BINANCE_USDM_RULES]: number };
