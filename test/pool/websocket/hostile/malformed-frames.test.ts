import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binanceStreams,
  binanceUsdmStreams,
  bybitLinearStreams,
  bybitSpotStreams,
  coinbaseStreams,
  deribitStreams,
  okxStreams,
  type StreamProtocol,
} from '../../../../src/pool/websocket/index.js';
import { createTracker } from '../../../../src/pool/websocket/sequence/index.js';
import { setUp } from '../harness.js';

const BOOK = { b: [['1', '2']], a: [] };
const VENUES: readonly [StreamProtocol, string, readonly object[]][] = [
  [
    binanceStreams,
    'btcusdt@depth@100ms',
    [
      { stream: 'btcusdt@depth@100ms', data: { e: 'depthUpdate', E: 1, s: 'BTCUSDT', U: 2, u: 3, ...BOOK } },
      { stream: 'btcusdt@aggTrade', data: { e: 'aggTrade', E: 1, a: 5, p: '1' } },
      { result: null, id: 1 },
      { error: { code: 2, msg: 'Invalid request' }, id: 1 },
      { e: 'serverShutdown', E: 1 },
    ],
  ],
  [
    binanceUsdmStreams,
    'btcusdt@depth',
    [
      { stream: 'btcusdt@depth', data: { e: 'depthUpdate', E: 1, T: 1, s: 'BTCUSDT', U: 2, u: 3, pu: 1, ...BOOK } },
      { result: null, id: 1 },
    ],
  ],
  [
    okxStreams,
    'books:BTC-USDT',
    [
      {
        arg: { channel: 'books', instId: 'BTC-USDT' },
        action: 'update',
        data: [{ asks: [], bids: [], ts: '1', checksum: 1, seqId: 3, prevSeqId: 2 }],
      },
      { arg: { channel: 'trades', instId: 'BTC-USDT' }, data: [{ tradeId: '9', count: '2', ts: '1' }] },
      { id: '1', event: 'subscribe', arg: { channel: 'books', instId: 'BTC-USDT' }, connId: 'a' },
      { id: '1', event: 'error', code: '60018', msg: 'wrong', connId: 'a' },
      { event: 'notice', code: '64008', msg: 'upgrade', connId: 'a' },
    ],
  ],
  [
    deribitStreams,
    'book.BTC-PERPETUAL.100ms',
    [
      {
        jsonrpc: '2.0',
        method: 'subscription',
        params: {
          channel: 'book.BTC-PERPETUAL.100ms',
          data: { type: 'change', timestamp: 1, prev_change_id: 1, change_id: 2, bids: [], asks: [] },
        },
      },
      { params: { channel: 'trades.BTC-PERPETUAL.100ms', data: [{ trade_seq: 3, timestamp: 1 }] } },
      { jsonrpc: '2.0', id: 1, result: ['book.BTC-PERPETUAL.100ms'] },
      { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'Invalid params' } },
      { jsonrpc: '2.0', method: 'heartbeat', params: { type: 'test_request' } },
    ],
  ],
  [
    bybitSpotStreams,
    'spot:orderbook.50.BTCUSDT',
    [
      { topic: 'orderbook.50.BTCUSDT', type: 'snapshot', ts: 1, data: { s: 'BTCUSDT', ...BOOK, u: 7, seq: 1 } },
      { topic: 'publicTrade.BTCUSDT', type: 'snapshot', ts: 1, data: [{ i: '2290000000123456789', T: 1 }] },
      { success: true, ret_msg: 'subscribe', conn_id: 'a', req_id: '1', op: 'subscribe' },
      { success: false, ret_msg: 'error', conn_id: 'a', req_id: '1', op: 'subscribe' },
    ],
  ],
  [bybitLinearStreams, 'linear:tickers.BTCUSDT', [{ topic: 'tickers.BTCUSDT', type: 'delta', ts: 1, data: { u: 1 } }]],
  [
    coinbaseStreams,
    'matches:BTC-USD',
    [
      { type: 'match', trade_id: 4, product_id: 'BTC-USD', time: '2026-11-07T08:19:27.028459Z' },
      { type: 'subscriptions', channels: [{ name: 'matches', product_ids: ['BTC-USD'] }] },
      { type: 'error', message: 'Failed to subscribe', reason: 'no such product' },
      { type: 'snapshot', product_id: 'BTC-USD', bids: [], asks: [] },
    ],
  ],
];

const ODD = fc.oneof(
  fc.constantFrom(null, true, '', 'x', '12', -1, 0, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [null], [[]], { a: null }),
  fc.jsonValue({ maxDepth: 1 }),
);

/** Every place of a value at which another can be put, as paths. */
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as Record<string, unknown>) };
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/** A frame of the venue with up to three of its values replaced, or cut off somewhere. */
function spoiled(frames: readonly object[]): fc.Arbitrary<string> {
  return fc.constantFrom(...frames).chain((frame) =>
    fc
      .tuple(fc.array(fc.tuple(fc.constantFrom(...places(frame)), ODD), { maxLength: 3 }), fc.nat(400), fc.boolean())
      .map(([changes, at, cut]) => {
        let spoilt: unknown = frame;
        for (const [path, by] of changes)
          if (typeof spoilt === 'object' && spoilt !== null) {
            try {
              spoilt = replaced(spoilt, path, by);
            } catch {
              // The place went with another.
            }
          }
        const text = JSON.stringify(spoilt) ?? '';
        return cut ? text.slice(0, at) : text;
      }),
  );
}

describe.each(VENUES)('spoiled frames', (protocol, stream, frames) => {
  it(`of ${protocol.name} stop nothing`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(spoiled(frames), { minLength: 1, maxLength: 30 }), async (texts) => {
        const { clock, venue, pool, subscribe } = setUp({
          protocol: { ...protocol, requests: { count: 100, perMs: 1 } },
        });
        venue.answers = false;
        const last: unknown[] = [];
        subscribe(stream, { onMessage: ({ payload }) => last.push(payload) });
        await clock.advance(10);
        const { open } = venue;
        for (const text of texts) expect(() => open[0]?.raw(text)).not.toThrow();
        await clock.advance(10);
        await pool.close();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a message without a number', () => {
  it.each([
    { lastId: Number.NaN, firstId: Number.NaN },
    { lastId: Number.NaN, firstId: Number.NaN, snapshot: true as const },
    { lastId: Number.POSITIVE_INFINITY, firstId: 6 },
  ])('does not silence those after it: %o', (broken) => {
    const tracker = createTracker('contiguous');
    tracker.judge({ firstId: 5, lastId: 5 });
    tracker.judge(broken);
    expect(tracker.judge({ firstId: 6, lastId: 6 }).kind).toBe('next');
    expect(tracker.judge({ firstId: 9, lastId: 9 }).kind).toBe('gap');
  });
});
