import type { RestResponse } from '../../venue.js';

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

// Codes and wording: Binance spot API, errors.md.
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
  badTickerType: () => new BinanceError(-1139, 'Invalid ticker type.'),
  duplicateSymbols: () => new BinanceError(-1151, 'Symbol is present multiple times in the list.'),
};

const BAN_MS = 120_000;

/** The venue's words for a failure that is not the request's. */
export function failure(status: number, wallMs: number): RestResponse {
  const json = (code: number, msg: string, headers: Record<string, string> = {}): RestResponse => ({
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
    body: JSON.stringify({ code, msg }),
  });
  if (status === 429)
    return json(-1003, 'Too many requests; current limit is 6000 request weight per 1 MINUTE.', {
      'retry-after': '60',
    });
  if (status === 418)
    return json(-1003, `Way too much request weight used; IP banned until ${Math.floor(wallMs + BAN_MS)}.`, {
      'retry-after': String(BAN_MS / 1e3),
    });
  if (status === 503)
    return json(-1008, 'Server is currently overloaded with other requests. Please try again in a few minutes.');
  if (status === 504) return json(-1007, 'Timeout waiting for response from backend server.');
  return { status, headers: { 'content-type': 'text/html' }, body: `<html><body><h1>${status}</h1></body></html>` };
}
