import type { SequenceRule, StreamProtocol } from '../protocol.js';
import { binanceCodec } from './binance-frames.js';

const UNITS_PER_MS = 1;
const RULES: ReadonlyMap<string, SequenceRule> = new Map([
  ['trade', 'contiguous'],
  ['aggTrade', 'contiguous'],
  ['bookTicker', 'rising'],
]);
const DEPTH = /^depth(?:5|10|20)?$/;

/**
 * Binance USD-M futures, books and trades: `btcusdt@depth@100ms`, `btcusdt@bookTicker`, `btcusdt@trade` (USD-M futures
 * documentation, "WebSocket market streams"; since 2026-04-23 each socket serves a part of the streams).
 */
export const binanceUsdmStreams: StreamProtocol = usdmStreams('binance-usdm', '/public/stream');

/** Binance USD-M futures, everything but books: `btcusdt@aggTrade`, `btcusdt@markPrice@1s`, `!forceOrder@arr`. */
export const binanceUsdmMarketStreams: StreamProtocol = usdmStreams('binance-usdm-market', '/market/stream');

function usdmStreams(name: string, path: string): StreamProtocol {
  return {
    name,
    path,
    maxStreamsPerRequest: 200,
    requests: { count: 10, perMs: 1000 },
    maxStreamsPerConnection: 1024,
    connects: { count: 300, perMs: 300_000 },
    maxAgeMs: 86_400_000,
    sequenceOf: (stream) => {
      const [, kind = ''] = stream.split('@', 2);
      // One stream of many symbols mixes their ids.
      if (stream.startsWith('!')) return 'none';
      return DEPTH.test(kind) ? 'linked' : (RULES.get(kind) ?? 'none');
    },
    ...binanceCodec(UNITS_PER_MS),
  };
}
