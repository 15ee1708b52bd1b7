import { describe, expect, it } from 'vitest';
import { venues } from '../../../../src/exchange/venues/index.js';
import type { VenueDefinition } from '../../../../src/exchange/venue.js';
import type { SequenceRule, StreamProtocol } from '../../../../src/pool/websocket/protocol.js';
import { createTracker } from '../../../../src/pool/websocket/sequence/index.js';
import {
  binanceStreams,
  binanceUsdmMarketStreams,
  binanceUsdmStreams,
  bybitLinearStreams,
  bybitSpotStreams,
  coinbaseStreams,
  deribitStreams,
  okxBusinessStreams,
  okxStreams,
} from '../../../../src/pool/websocket/venues/index.js';
import { connectTo, type Read } from './fake-connection.js';

interface Case {
  readonly venue: keyof typeof venues;
  readonly protocol: StreamProtocol;
  readonly streams: Readonly<Record<string, SequenceRule>>;
}

const CASES: readonly Case[] = [
  {
    venue: 'binance',
    protocol: binanceStreams,
    streams: {
      'btcusdt@depth@100ms': 'contiguous',
      'btcusdt@depth': 'contiguous',
      'btcusdt@depth5': 'rising',
      'btcusdt@depth20@100ms': 'rising',
      'btcusdt@trade': 'contiguous',
      'btcusdt@aggTrade': 'contiguous',
      'btcusdt@bookTicker': 'rising',
      'btcusdt@kline_1m': 'none',
      'btcusdt@miniTicker': 'none',
      '!bookTicker': 'none',
      '!ticker@arr': 'none',
    },
  },
  {
    venue: 'binance-usdm',
    protocol: binanceUsdmStreams,
    streams: {
      'btcusdt@depth': 'linked',
      'btcusdt@depth@100ms': 'linked',
      'btcusdt@trade': 'contiguous',
      'btcusdt@bookTicker': 'rising',
      '!bookTicker': 'none',
    },
  },
  {
    venue: 'binance-usdm',
    protocol: binanceUsdmMarketStreams,
    streams: {
      'btcusdt@aggTrade': 'contiguous',
      'btcusdt@markPrice@1s': 'none',
      'btcusdt@kline_1m': 'none',
      '!markPrice@arr@1s': 'none',
    },
  },
  {
    venue: 'okx',
    protocol: okxStreams,
    streams: {
      'books:BTC-USDT': 'linked',
      'books5:BTC-USDT': 'rising',
      'bbo-tbt:BTC-USDT': 'rising',
      'trades:BTC-USDT': 'contiguous',
      'tickers:BTC-USDT': 'none',
      'mark-price:BTC-USDT-SWAP': 'none',
    },
  },
  {
    venue: 'okx',
    protocol: okxBusinessStreams,
    streams: { 'trades-all:BTC-USDT': 'contiguous', 'candle1m:BTC-USDT': 'none' },
  },
  {
    venue: 'deribit',
    protocol: deribitStreams,
    streams: {
      'book.BTC-PERPETUAL.100ms': 'linked',
      'book.BTC-PERPETUAL.none.10.100ms': 'rising',
      'trades.BTC-PERPETUAL.100ms': 'contiguous',
      'trades.future.any.100ms': 'none',
      'ticker.BTC-PERPETUAL.100ms': 'none',
      'quote.BTC-PERPETUAL': 'none',
    },
  },
  {
    venue: 'bybit',
    protocol: bybitSpotStreams,
    streams: {
      'spot:orderbook.1.BTCUSDT': 'contiguous',
      'spot:orderbook.50.BTCUSDT': 'contiguous',
      'spot:publicTrade.BTCUSDT': 'rising',
      'spot:tickers.BTCUSDT': 'none',
      'spot:kline.1.BTCUSDT': 'none',
    },
  },
  {
    venue: 'bybit',
    protocol: bybitLinearStreams,
    streams: { 'linear:orderbook.200.BTCUSDT': 'contiguous', 'linear:publicTrade.BTCUSDT': 'none' },
  },
  {
    venue: 'coinbase',
    protocol: coinbaseStreams,
    streams: {
      'matches:BTC-USD': 'contiguous',
      'ticker:BTC-USD': 'rising',
      'level2_batch:BTC-USD': 'none',
      'heartbeat:BTC-USD': 'none',
      status: 'none',
    },
  },
];

const EVERY = CASES.flatMap(({ venue, protocol, streams }) =>
  Object.entries(streams).map(([stream, rule]) => ({ venue, protocol, stream, rule })),
);
const WATCHED_MS = 6000;

async function readFrom(venue: keyof typeof venues, protocol: StreamProtocol, stream: string): Promise<Read[]> {
  const definition: VenueDefinition = venues[venue];
  const { clock, connection } = connectTo(protocol, definition);
  connection.send(connection.codec.encodeSubscribe([stream], 1));
  await clock.advance(WATCHED_MS);
  return connection.messages();
}

describe.each(EVERY)('$venue $stream', ({ venue, protocol, stream, rule }) => {
  it(`is a sequence that is ${rule}, and every message of it follows on the one before`, async () => {
    expect(protocol.sequenceOf(stream)).toBe(rule);
    const tracker = createTracker(protocol.sequenceOf(stream));
    const read = await readFrom(venue, protocol, stream);
    expect(read.length).toBeGreaterThan(0);
    const verdicts = read.map(({ data }) => tracker.judge(data).kind);
    expect(new Set(verdicts.slice(1))).toEqual(read.length > 1 ? new Set(['next']) : new Set());
    expect(new Set(read.map(({ data }) => data.stream))).toEqual(new Set([stream]));
  });
});

const TELLING = EVERY.filter(({ rule }) => rule === 'contiguous' || rule === 'linked');

describe.each(TELLING)('$venue $stream', ({ venue, protocol, stream, rule }) => {
  it('tells exactly the ids of what is left out', async () => {
    const tracker = createTracker(rule);
    const read = await readFrom(venue, protocol, stream);
    const lost = read.filter((_, index) => index % 5 === 3 && index < read.length - 1).map(({ sent }) => sent);
    const told = read
      .filter(({ sent }) => !lost.includes(sent))
      .flatMap(({ data }) => {
        const verdict = tracker.judge(data);
        return verdict.kind === 'gap' ? [[verdict.lastGoodId + 1, verdict.firstGoodId - 1]] : [];
      });
    expect(told.length).toBeGreaterThan(0);
    expect(told).toEqual(lost.map(({ firstId, lastId }) => [firstId, lastId]));
  });
});
