import { afterEach, describe, expect, it } from 'vitest';
import { bybit } from '../../../src/exchange/venues/bybit/index.js';
import { LINEAR, SPOT } from './bybit-harness.js';
import { HostedVenue } from './hosted-venue.js';
import type { Json } from './venue-harness.js';

let venue: HostedVenue | undefined;

async function open(site: Parameters<typeof HostedVenue.open>[1] = {}): Promise<HostedVenue> {
  venue = await HostedVenue.open(bybit, site);
  return venue;
}

afterEach(async () => {
  await venue?.close();
  venue = undefined;
});

const subscribe = (...args: string[]): string => JSON.stringify({ op: 'subscribe', args, req_id: '1' });
const onTopic =
  (topic: string) =>
  (message: Json): boolean =>
    message.topic === topic;

describe('a Bybit site', () => {
  it('answers a plain HTTP client', async () => {
    const site = await open();
    const { status, body } = await site.get('/v5/market/orderbook?category=linear&symbol=ETHUSDT&limit=5');
    expect(status).toBe(200);
    expect(JSON.parse(body).result.b).toHaveLength(5);
    expect((await site.get('/nothing')).status).toBe(404);
  });

  it('streams to a plain WebSocket client until it leaves', async () => {
    const site = await open();
    const { socket, next, closed } = await site.stream(LINEAR);
    const topics = ['orderbook.50.BTCUSDT', 'publicTrade.BTCUSDT', 'tickers.BTCUSDT', 'kline.1.BTCUSDT'];
    socket.send(subscribe(...topics));
    expect(await next()).toMatchObject({ success: true, op: 'subscribe', req_id: '1' });
    for (const topic of topics) expect(await next(onTopic(topic))).toMatchObject({ topic });
    const { data } = await next(onTopic('orderbook.50.BTCUSDT'));
    expect((await next(onTopic('orderbook.50.BTCUSDT'))).data.u).toBe(data.u + 1);
    socket.send(JSON.stringify({ op: 'ping', req_id: '2' }));
    expect(await next((message) => message.op === 'ping')).toMatchObject({ ret_msg: 'pong', req_id: '2' });
    socket.send(JSON.stringify({ op: 'unsubscribe', args: topics }));
    expect(await next((message) => message.op === 'unsubscribe')).toMatchObject({ success: true });
    socket.close(1000);
    expect((await closed)[0]).toBe(1000);
    const { counts } = await site.until(({ counts }) => counts.closedByClient === 1);
    expect(counts).toMatchObject({ subscribes: 4, unsubscribes: 4, violations: {} });
  });

  it('cuts who is silent without a close frame, and keeps who pings', async () => {
    const site = await open({ rules: { idleMs: 800 } });
    const [silent, pinging] = [await site.stream(SPOT), await site.stream(SPOT)];
    const timer = setInterval(() => {
      pinging.socket.send('{"op":"ping"}');
    }, 50);
    expect(await silent.closed).toEqual([1006, '']);
    expect(pinging.socket.readyState).toBe(pinging.socket.OPEN);
    clearInterval(timer);
    const { counts } = await site.until(({ counts }) => counts.closedByExchange >= 1);
    expect(counts.violations).toHaveProperty('idle');
  });

  it('enforces its limits, each address for itself', async () => {
    const site = await open({
      limits: 'enforce',
      rules: {
        requestsPerWindow: 2,
        banMs: 60_000,
        connectionsPerWindow: 3,
        connectionsPerAddress: 1,
        argsPerRequest: 1,
        argsLength: 40,
      },
    });
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await site.get('/v5/market/time')).status);
    expect(statuses).toEqual([200, 200, 403, 403]);
    expect((await site.get('/v5/market/time', '127.0.0.9')).status).toBe(200);
    const { socket, next } = await site.stream(SPOT);
    await expect(site.stream(SPOT)).rejects.toThrow('403');
    await site.stream(LINEAR);
    await expect(site.stream('/v5/public/option')).rejects.toThrow('403');
    socket.send(subscribe('tickers.BTCUSDT', 'tickers.ETHUSDT'));
    expect(await next()).toMatchObject({ success: false, ret_msg: 'args size >1' });
    socket.send(subscribe('publicTrade.BTCUSDT'));
    expect(await next()).toMatchObject({ success: true });
    socket.send(subscribe('orderbook.1000.BTCUSDT'));
    expect(await next((message) => message.success === false)).toMatchObject({ ret_msg: 'args length >40' });
    const { counts } = await site.snapshot();
    expect(counts.violations).toEqual({
      'requests-per-window': 2,
      'connections-per-address': 1,
      'connections-per-window': 1,
      'args-per-request': 1,
      'args-length': 1,
    });
    expect(counts.upgradesRefused).toBe(2);
  });
});
