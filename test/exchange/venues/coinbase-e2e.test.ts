import { afterEach, describe, expect, it } from 'vitest';
import { coinbase } from '../../../src/exchange/venues/coinbase/index.js';
import { HostedVenue } from './hosted-venue.js';
import type { Json } from './venue-harness.js';

let venue: HostedVenue | undefined;

async function open(site: Parameters<typeof HostedVenue.open>[1] = {}): Promise<HostedVenue> {
  venue = await HostedVenue.open(coinbase, site);
  return venue;
}

afterEach(async () => {
  await venue?.close();
  venue = undefined;
});

const MATCHES = JSON.stringify({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] });
const ofType =
  (type: string) =>
  (message: Json): boolean =>
    message.type === type;

describe('a Coinbase site', () => {
  it('answers a plain HTTP client', async () => {
    const site = await open();
    const get = (path: string) => site.get(path);
    const products = JSON.parse((await get('/products')).body) as { id: string }[];
    expect(products.map(({ id }) => id)).toEqual(['BTC-USD', 'ETH-USD', 'SOL-USD']);
    const trades = await get('/products/BTC-USD/trades?limit=3');
    expect(trades.headers['cb-after']).toBe(String((JSON.parse(trades.body) as { trade_id: number }[])[2]?.trade_id));
    expect((await get('/nothing')).status).toBe(404);
  });

  it('streams to a plain WebSocket client until it leaves', async () => {
    const site = await open();
    const { socket, next, closed } = await site.stream('/');
    const channels = ['matches', 'ticker', 'level2_batch', 'heartbeat'];
    socket.send(JSON.stringify({ type: 'subscribe', product_ids: ['BTC-USD'], channels }));
    expect(await next()).toMatchObject({ type: 'subscriptions', channels: channels.map((name) => ({ name })) });
    const last = await next(ofType('last_match'));
    const match = await next(ofType('match'));
    expect(match.trade_id).toBe(last.trade_id + 1);
    for (const type of ['snapshot', 'l2update', 'ticker', 'heartbeat'])
      expect(await next(ofType(type))).toMatchObject({ product_id: 'BTC-USD' });
    socket.send(JSON.stringify({ type: 'unsubscribe', channels }));
    expect(await next(ofType('subscriptions'))).toEqual({ type: 'subscriptions', channels: [] });
    socket.close(1000);
    expect((await closed)[0]).toBe(1000);
    const { counts } = await site.until(({ counts }) => counts.closedByClient === 1);
    expect(counts).toMatchObject({ subscribes: 4, unsubscribes: 4, violations: {} });
  });

  it('answers pings of the protocol, and closes who subscribes to nothing', async () => {
    const site = await open({ rules: { subscribeWithinMs: 300 } });
    const { socket, closed } = await site.stream('/');
    socket.ping('mine');
    const payload = await new Promise<Buffer>((resolve) => {
      socket.once('pong', resolve);
    });
    expect(payload.toString()).toBe('mine');
    expect(await closed).toEqual([1008, 'Subscribe required']);
    const { counts } = await site.until(({ counts }) => counts.closedByExchange === 1);
    expect(counts.violations).toEqual({ 'subscribe-timeout': 1 });
  });

  it('enforces its limits, each address for itself', async () => {
    const site = await open({
      limits: 'enforce',
      rules: {
        requestBurst: 2,
        requestRefillMs: 60_000,
        connectionBurst: 2,
        connectionRefillMs: 60_000,
        messagesPerWindow: 2,
        messageWindowMs: 60_000,
        subscriptionsPerChannel: 1,
      },
    });
    const statuses = [await site.get('/time'), await site.get('/time'), await site.get('/time')];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect((await site.get('/time', '127.0.0.9')).status).toBe(200);
    const one = await site.stream('/');
    const two = await site.stream('/');
    await expect(site.stream('/')).rejects.toThrow('429');
    one.socket.send(MATCHES);
    expect(await one.next()).toMatchObject({ type: 'subscriptions' });
    two.socket.send(MATCHES);
    expect(await two.next()).toMatchObject({ reason: expect.stringContaining('limit') as string });
    two.socket.send(MATCHES);
    expect(await two.next()).toMatchObject({ message: 'ErrSlowRead' });
    expect(await two.closed).toEqual([1008, 'ErrSlowRead']);
    const { counts } = await site.until(({ counts }) => counts.closesByCode[1008] === 1);
    expect(counts.violations).toEqual({
      'requests-per-second': 1,
      'connections-per-window': 1,
      'subscriptions-per-channel': 1,
      'messages-per-second': 1,
    });
  });

  it('closes on a message that is too long', async () => {
    const site = await open();
    const { socket, closed } = await site.stream('/');
    socket.send(`"${'x'.repeat(1 << 18)}"`);
    expect((await closed)[0]).toBe(1009);
  });
});
