import { splitStream } from '../binance-common/stream-table.js';
import type { BinanceUsdmRules } from './rules.js';

/** A path below its route, and which streams have data there. */
export interface Route {
  readonly path: string;
  readonly carries: (stream: string) => boolean;
}

const ROUTED = /^\/(public|market|private)(\/.*)$/;
const BOOK = /^(?:depth|bookTicker)/;
const CARRIED: Readonly<Record<string, Route['carries']>> = {
  public: (stream) => isBook(stream) || splitStream(stream).kind === 'trade',
  market: (stream) => !isBook(stream),
};

/**
 * Takes the route off a path. Since 2026-04-23 `/public` carries book data and trades, `/market` everything but book
 * data, `/private` no market data, and a path without a route only book data. A stream in the wrong place is accepted
 * and stays silent.
 */
export function routeOf(path: string, { unroutedMarketData }: BinanceUsdmRules): Route {
  const [, route, rest = path] = ROUTED.exec(path) ?? [];
  if (route === undefined) return { path, carries: unroutedMarketData > 0 ? () => true : isBook };
  return { path: rest, carries: CARRIED[route] ?? (() => false) };
}

function isBook(stream: string): boolean {
  return stream === '!bookTicker' || BOOK.test(splitStream(stream).kind);
}
