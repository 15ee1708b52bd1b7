import type { CommonRules } from '../binance-common/rules.js';

/** Binance spot, market data: the numbers of its rules (Binance spot API documentation). */
export const BINANCE_RULES = {
  pingEveryMs: 20_000,
  pongTimeoutMs: 60_000,
  messagesPerWindow: 5,
  messageWindowMs: 1_000,
  streamsPerConnection: 1024,
  connectionsPerWindow: 300,
  connectionWindowMs: 300_000,
  // How often is "repeatedly" is not published; neither is `forgivenRefusals`.
  forgivenDisconnects: 3,
  maxAgeMs: 86_400_000,
  // The documentation gave ten minutes at first and gives no time now.
  shutdownNoticeMs: 600_000,
  weightPerWindow: 6_000,
  weightWindowMs: 60_000,
  requestsPerWindow: 300_000,
  requestWindowMs: 300_000,
  forgivenRefusals: 10,
  banMs: 120_000,
  longestBanMs: 259_200_000,
} as const satisfies Record<string, number> & CommonRules;

export type BinanceRules = { readonly [K in keyof typeof BINANCE_RULES]: number };
