import type { SequenceRule, StreamProtocol } from '../protocol.js';
import { binanceCodec } from './binance-frames.js';

const UNITS_PER_MS = 1e3;
const RULES: ReadonlyMap<string, SequenceRule> = new Map([
  ['depth', 'contiguous'],
  ['trade', 'contiguous'],
  ['aggTrade', 'contiguous'],
  ['bookTicker', 'rising'],
]);
const TOP_OF_BOOK = /^depth(?:5|10|20)$/;

/**
 * Binance spot market streams (binance-spot-api-docs, web-socket-streams); a stream is named as the venue does,
 * `btcusdt@depth@100ms`. Times in payloads are microseconds, because the delay of a message is less than the
 * millisecond that is the venue's default unit.
 */
export const binanceStreams: StreamProtocol = {
  name: 'binance',
  path: '/stream?timeUnit=MICROSECOND',
  maxStreamsPerRequest: 200,
  requests: { count: 5, perMs: 1000 },
  maxStreamsPerConnection: 1024,
  connects: { count: 300, perMs: 300_000 },
  maxAgeMs: 86_400_000,
  sequenceOf: (stream) => {
    const [, kind = ''] = stream.split('@', 2);
    // One stream of many symbols mixes their ids.
    if (stream.startsWith('!')) return 'none';
    return TOP_OF_BOOK.test(kind) ? 'rising' : (RULES.get(kind) ?? 'none');
  },
  ...binanceCodec(UNITS_PER_MS),
};
