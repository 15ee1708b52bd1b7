/** Binance spot, market data: the numbers of its rules (Binance spot API documentation). */
export const BINANCE_RULES = {
  pingEveryMs: 20_000,
  pongTimeoutMs: 60_000,
  messagesPerWindow: 5,
  messageWindowMs: 1_000,
  streamsPerConnection: 1024,
  connectionsPerWindow: 300,
  connectionWindowMs: 300_000,
  maxAgeMs: 86_400_000,
  weightPerWindow: 6_000,
  weightWindowMs: 60_000,
} as const satisfies Record<string, number>;

export type BinanceRules = { readonly [K in keyof typeof BINANCE_RULES]: number };
