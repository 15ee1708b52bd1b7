/** A request that the venue answers with an error body `{"code","msg"}`. */
export class BinanceError extends Error {
  override readonly name = 'BinanceError';
  readonly status: number;
  readonly code: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }

  get body(): string {
    return JSON.stringify({ code: this.code, msg: this.message });
  }
}

/** A request that is refused for what its address has sent before. */
export class LimitError extends BinanceError {
  /** Calendar time (ms) from which on requests are answered again. */
  readonly retryAtMs: number;

  constructor(status: 429 | 418, message: string, retryAtMs: number, code = -1003) {
    super(code, message, status);
    this.retryAtMs = retryAtMs;
  }

  /** `Retry-After`: whole seconds from this calendar time on, at least one. */
  retryAfter(wallMs: number): string {
    return String(Math.max(1, Math.ceil((this.retryAtMs - wallMs) / 1e3)));
  }
}

// Codes and wording: Binance spot API, errors.md; -4021 and below: USD-M futures error codes.
export const rejections = {
  unsupported: () => new BinanceError(-1020, 'This operation is not supported.', 405),
  illegalCharacters: (name: string, range: string) =>
    new BinanceError(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`),
  duplicateValues: () => new BinanceError(-1101, 'Duplicate values for a parameter detected.'),
  tooMany: (expected: number, received: number) =>
    new BinanceError(-1101, `Too many parameters; expected '${expected}' and received '${received}'.`),
  missing: (name: string) =>
    new BinanceError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`),
  unread: (read: number, sent: number) =>
    new BinanceError(-1104, `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`),
  empty: (name: string) => new BinanceError(-1105, `Parameter '${name}' was empty.`),
  badInterval: () => new BinanceError(-1120, 'Invalid interval.'),
  badSymbol: () => new BinanceError(-1121, 'Invalid symbol.'),
  badSymbolStatus: () => new BinanceError(-1122, 'Invalid symbolStatus.'),
  badCombination: () => new BinanceError(-1128, 'Combination of optional parameters invalid.'),
  badValue: (name: string) => new BinanceError(-1130, `Data sent for parameter '${name}' is not valid.`),
  badJson: (name: string) => new BinanceError(-1135, `JSON sent for parameter '${name}' is not valid`),
  badTickerType: () => new BinanceError(-1139, 'Invalid ticker type.'),
  duplicateSymbols: () => new BinanceError(-1151, 'Symbol is present multiple times in the list.'),
  badDepthLimit: (limit: number) => new BinanceError(-4021, `Not valid depth limit: ${limit}`),
};

// Wording: Binance spot API, errors.md (-1003, -1034).
export const limitRefusals = {
  weight: (limit: number, retryAtMs: number) =>
    new LimitError(
      429,
      `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
      retryAtMs,
    ),
  requests: (limit: number, retryAtMs: number) =>
    new LimitError(429, `Too many requests; current limit is ${limit} requests per 5 MINUTE.`, retryAtMs),
  connections: (limit: number, retryAtMs: number) =>
    new LimitError(
      429,
      `Too many connection attempts from IP; current limit is ${limit} per '5 MINUTE'.`,
      retryAtMs,
      -1034,
    ),
  banned: (untilMs: number) =>
    new LimitError(
      418,
      `Way too much request weight used; IP banned until ${Math.floor(untilMs)}. Please use WebSocket Streams for live updates to avoid bans.`,
      untilMs,
    ),
};
