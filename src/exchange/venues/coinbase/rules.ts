/**
 * Coinbase Exchange, public market data: the numbers of its rules (Coinbase Exchange documentation, "Rate limits").
 * A rate of r a second with bursts of b is a bucket of b credits that fills up in b / r seconds.
 */
export const COINBASE_RULES = {
  requestBurst: 15,
  requestRefillMs: 1_500,
  connectionBurst: 20,
  connectionRefillMs: 2_500,
  messagesPerWindow: 100,
  messageWindowMs: 1_000,
  /** Of one address to one product of one channel, over all its connections. */
  subscriptionsPerChannel: 10,
  subscribeWithinMs: 5_000,
} as const satisfies Record<string, number>;

export type CoinbaseRules = { readonly [K in keyof typeof COINBASE_RULES]: number };
