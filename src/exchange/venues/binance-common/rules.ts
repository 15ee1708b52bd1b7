/** The numbers that both of the venue's exchanges have rules about, and that the common parts read. */
export interface CommonRules {
  readonly pingEveryMs: number;
  /** A ping that stands unanswered for so long ends the connection. */
  readonly pongTimeoutMs: number;
  /** Messages, pings and pongs of a client within the window. */
  readonly messagesPerWindow: number;
  readonly messageWindowMs: number;
  readonly streamsPerConnection: number;
  /** Upgrades of an address within the window. */
  readonly connectionsPerWindow: number;
  readonly connectionWindowMs: number;
  /** Times that an address may be cut for sending too much within the connection window without being banned. */
  readonly forgivenDisconnects: number;
  readonly maxAgeMs: number;
  readonly weightPerWindow: number;
  readonly weightWindowMs: number;
  /** Answers 429 that an address may get within the weight window without being banned. */
  readonly forgivenRefusals: number;
  /** Length of the first ban; each later one is twice as long, up to the longest. */
  readonly banMs: number;
  readonly longestBanMs: number;
}
