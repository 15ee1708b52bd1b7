import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { venues } from '../../../src/exchange/venues/index.js';
import { HostedVenue } from '../venues/hosted-venue.js';
import type { Json } from '../venues/venue-harness.js';

/** How a plain client asks for a book, tells its changes, and reads [price, size] of each side. */
interface Reader {
  readonly venue: keyof typeof venues;
  readonly path: string;
  readonly ask: object;
  readonly isChange: (message: Json) => boolean;
  readonly bids: (message: Json) => Json[];
  readonly asks: (message: Json) => Json[];
}

const sideOf = (side: string) => (message: Json) =>
  message.changes.filter(([name]: Json) => name === side).map(([, price, size]: Json) => [price, size]);
const withoutAction = ([, price, amount]: Json): Json => [price, amount];

const DEPTH = { method: 'SUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 1 };
const isDepth = (message: Json): boolean => message.e === 'depthUpdate';
const READERS: readonly Reader[] = [
  { venue: 'binance', path: '/ws', ask: DEPTH, isChange: isDepth, bids: ({ b }) => b, asks: ({ a }) => a },
  { venue: 'binance-usdm', path: '/public/ws', ask: DEPTH, isChange: isDepth, bids: ({ b }) => b, asks: ({ a }) => a },
  {
    venue: 'okx',
    path: '/ws/v5/public',
    ask: { op: 'subscribe', args: [{ channel: 'books', instId: 'BTC-USDT' }] },
    isChange: ({ action }) => action === 'update',
    bids: ({ data }) => data[0].bids,
    asks: ({ data }) => data[0].asks,
  },
  {
    venue: 'deribit',
    path: '/ws/api/v2',
    ask: { jsonrpc: '2.0', id: 1, method: 'public/subscribe', params: { channels: ['book.BTC-PERPETUAL.100ms'] } },
    isChange: ({ params }) => params?.data?.type === 'change',
    bids: ({ params }) => params.data.bids.map(withoutAction),
    asks: ({ params }) => params.data.asks.map(withoutAction),
  },
  {
    venue: 'bybit',
    path: '/v5/public/spot',
    ask: { op: 'subscribe', args: ['orderbook.50.BTCUSDT'] },
    isChange: ({ type, topic }) => type === 'delta' && topic === 'orderbook.50.BTCUSDT',
    bids: ({ data }) => data.b,
    asks: ({ data }) => data.a,
  },
  {
    venue: 'coinbase',
    path: '/',
    ask: { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['level2_batch'] },
    isChange: ({ type }) => type === 'l2update',
    bids: sideOf('buy'),
    asks: sideOf('sell'),
  },
];

let hosted: HostedVenue | undefined;
afterEach(async () => {
  await hosted?.close();
});

/** Best bid at or above best ask, among the levels of this one message that are not deletions. */
function isCrossed(bids: readonly Json[], asks: readonly Json[]): boolean {
  const prices = (levels: readonly Json[]): number[] =>
    levels.filter(([, size]) => Number(size) > 0).map(([price]) => Number(price));
  return Math.max(...prices(bids)) >= Math.min(...prices(asks));
}

describe.each(READERS)('a book of $venue', ({ venue, path, ask, isChange, bids, asks }) => {
  it('is crossed while the fault lasts, and not before', async () => {
    hosted = await HostedVenue.open(venues[venue]);
    const { socket, next } = await hosted.stream(path);
    socket.send(JSON.stringify(ask));
    const sound = await next(isChange);
    expect(isCrossed(bids(sound), asks(sound))).toBe(false);
    await hosted.inject({ kind: 'crossed-book' }, 60_000);
    await hosted.until(({ faults }) => (faults[0]?.touched ?? 0) > 0);
    await next((message) => isChange(message) && isCrossed(bids(message), asks(message)));
  });
});

it('a book of OKX has a checksum that fits, and under the fault one that does not', async () => {
  const opened = await HostedVenue.open(venues.okx, { rules: { legacyChecksum: 1 } });
  hosted = opened;
  const fits = async (): Promise<boolean> => {
    const { socket, next } = await opened.stream('/ws/v5/public');
    socket.send(JSON.stringify({ op: 'subscribe', args: [{ channel: 'books', instId: 'BTC-USDT' }] }));
    const { data } = await next(({ action }) => action === 'snapshot');
    const [{ bids, asks, checksum }] = data;
    const text = Array.from({ length: 25 }, (_, i) => [bids[i], asks[i]].map(([px, sz]) => `${px}:${sz}`).join(':'));
    return checksum === (crc32(text.join(':')) | 0);
  };
  expect(await fits()).toBe(true);
  await opened.inject({ kind: 'wrong-checksum' }, 60_000);
  expect(await fits()).toBe(false);
});
