import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SiteConfig } from '../../../src/exchange/protocol.js';
import { binance } from '../../../src/exchange/venues/binance/index.js';
import { binanceUsdm } from '../../../src/exchange/venues/binance-usdm/index.js';
import { ClientBook, type Json } from './binance-harness.js';
import { HostedVenue } from './hosted-venue.js';

const ended: HostedVenue[] = [];

afterEach(async () => {
  for (const venue of ended.splice(0)) await venue.close();
});

async function spot(config: Partial<SiteConfig> = {}): Promise<HostedVenue> {
  const venue = await HostedVenue.open(binance, config);
  ended.push(venue);
  return venue;
}

async function futures(config: Partial<SiteConfig> = {}): Promise<HostedVenue> {
  const venue = await HostedVenue.open(binanceUsdm, config);
  ended.push(venue);
  return venue;
}

/** A window of the calendar that ends in no test's lifetime. */
const CALENDAR_MS = 1e12;

const enforced = (rules: Record<string, number>): Partial<SiteConfig> => ({ limits: 'enforce', rules });
const subscribe = (streams: readonly string[], id = 1): string =>
  JSON.stringify({ method: 'SUBSCRIBE', params: streams, id });

/** How a connection ends whose client answers no pings. */
async function closeOf(venue: HostedVenue, path: string): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(new WebSocket(`${venue.ws}${path}`, { autoPong: false }), 'close')) as [
    number,
    Buffer,
  ];
  return [code, reason.toString()];
}

describe('a Binance spot site over real sockets', () => {
  it('acknowledges, sends, and books every id that a client got', async () => {
    const venue = await spot();
    const { socket, next } = await venue.stream('/ws');
    socket.send(subscribe(['btcusdt@depth@100ms']));
    expect(await next()).toEqual({ result: null, id: 1 });
    const first = await next();
    const snapshot: Json = JSON.parse((await venue.get('/api/v3/depth?symbol=BTCUSDT&limit=5000')).body);
    const book = new ClientBook(snapshot);
    let last = first;
    for (let i = 0; i < 5; i += 1) {
      const event = await next();
      expect(event.U).toBe(last.u + 1);
      if (event.u > snapshot.lastUpdateId) book.apply(event);
      last = event;
    }
    expect(book.whole).toBe(true);
    expect(last.u).toBeGreaterThan(snapshot.lastUpdateId);
    socket.send(JSON.stringify({ method: 'UNSUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 2 }));
    await next(({ id }) => id === 2);
    const { subscriptions } = await venue.snapshot();
    const [row] = subscriptions;
    expect(row).toMatchObject({ stream: 'btcusdt@depth@100ms', endedBy: 'unsubscribe', fromId: first.U });
    expect(row?.sent).toEqual([[first.U, (row?.untilId ?? 0) - 1]]);
    socket.close();
    const { counts } = await venue.until((now) => now.counts.closedByClient > 1);
    expect(counts.violations).toEqual({});
  });

  it('pings, is content with pongs, and closes when none come', async () => {
    const venue = await spot({ rules: { pingEveryMs: 60, pongTimeoutMs: 300 } });
    const good = await venue.stream('/ws');
    const silent = closeOf(venue, '/ws');
    expect(await silent).toEqual([1008, 'Pong timeout']);
    const { counts } = await venue.until((now) => now.counts.pongsReceived >= 5);
    expect(good.socket.readyState).toBe(good.socket.OPEN);
    expect(counts.closesByCode).toEqual({ 1008: 1 });
  });

  it('cuts a connection at the end of its life, and says so before', async () => {
    const venue = await spot({ rules: { maxAgeMs: 300, shutdownNoticeMs: 200 } });
    const { next, closed } = await venue.stream('/stream');
    expect(await next()).toMatchObject({ stream: '!serverShutdown', data: { e: 'serverShutdown' } });
    expect(await closed).toEqual([1001, '']);
  });

  it('enforces request weight with 429, then 418', async () => {
    const venue = await spot(
      enforced({ weightPerWindow: 2, weightWindowMs: CALENDAR_MS, forgivenRefusals: 1, banMs: 300 }),
    );
    const ping = () => venue.get('/api/v3/ping');
    const answers = [await ping(), await ping(), await ping(), await ping(), await ping()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 418, 418]);
    expect(Number(answers[2]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(answers[3]?.headers['retry-after']).toBe('1');
    expect(JSON.parse(answers[4]?.body ?? '').msg).toMatch(/IP banned until \d{13}\./);
    expect((await venue.get('/api/v3/ping', '127.0.0.2')).status).toBe(200);
    const { counts } = await venue.until((now) => now.counts.responses === 6);
    expect(counts.violations).toEqual({ 'request-weight': 2, banned: 1 });
  });

  it('enforces the number of requests', async () => {
    const venue = await spot(enforced({ requestsPerWindow: 1, requestWindowMs: CALENDAR_MS }));
    expect((await venue.get('/api/v3/ping')).status).toBe(200);
    expect((await venue.get('/api/v3/ping')).status).toBe(429);
  });

  it('enforces messages a second, and bans who is cut for it again', async () => {
    const venue = await spot(
      enforced({ messagesPerWindow: 2, messageWindowMs: 60_000, forgivenDisconnects: 1, banMs: 200 }),
    );
    const misbehave = async (): Promise<void> => {
      const { socket, closed } = await venue.stream('/ws');
      for (let i = 0; i < 3; i += 1) socket.ping();
      expect(await closed).toEqual([1008, 'Too many requests']);
    };
    await misbehave();
    await misbehave();
    await expect(venue.stream('/ws')).rejects.toThrow('418');
    expect((await venue.stream('/ws', '127.0.0.2')).socket.readyState).toBe(1);
    const { counts } = await venue.snapshot();
    expect(counts.violations).toEqual({ 'messages-per-second': 2, banned: 1 });
    expect(counts.upgradesRefused).toBe(1);
  });

  it('enforces streams a connection and connections an address', async () => {
    const venue = await spot(enforced({ streamsPerConnection: 1, connectionsPerWindow: 1 }));
    const { socket, next } = await venue.stream('/ws/btcusdt@trade');
    socket.send(subscribe(['ethusdt@trade'], 5));
    expect(await next((message) => message.id === 5)).toEqual({
      error: { code: 4, msg: 'Too many subscriptions' },
      id: 5,
    });
    await expect(venue.stream('/ws')).rejects.toThrow('429');
    await expect(venue.stream('/ws/a@trade/b@trade', '127.0.0.2')).rejects.toThrow('400');
    const { counts } = await venue.snapshot();
    expect(counts.violations).toEqual({ 'streams-per-connection': 2, 'connections-per-window': 1 });
  });
});

describe('a Binance USD-M site over real sockets', () => {
  it('sends book data below /public and prices below /market', async () => {
    const venue = await futures();
    const book = await venue.stream('/public/ws/btcusdt@depth@100ms');
    const first = await book.next();
    expect(await book.next()).toMatchObject({ e: 'depthUpdate', pu: first.u });
    const prices = await venue.stream('/market/stream?streams=btcusdt@markPrice@1s/btcusdt@aggTrade');
    expect(await prices.next(({ stream }) => stream === 'btcusdt@aggTrade')).toMatchObject({ data: { e: 'aggTrade' } });
    expect(await prices.next(({ stream }) => stream === 'btcusdt@markPrice@1s')).toMatchObject({
      data: { e: 'markPriceUpdate', s: 'BTCUSDT' },
    });
  });

  it('answers many requests at once over one socket, each by its id, until the weight is used up', async () => {
    const venue = await futures(
      enforced({ weightPerWindow: 55, weightWindowMs: CALENDAR_MS, forgivenRefusals: 5, banMs: 200 }),
    );
    const { socket, next, closed } = await venue.stream('/ws-fapi/v1');
    for (let id = 0; id < 10; id += 1)
      socket.send(JSON.stringify({ id, method: 'depth', params: { symbol: 'BTCUSDT', limit: 100 } }));
    for (const id of [9, 3, 7]) {
      const reply = await next((message) => message.id === id);
      expect(reply).toMatchObject({ status: 200, rateLimits: [{ limit: 55 }] });
      expect(reply.result.bids).toHaveLength(100);
    }
    for (let id = 10; id < 16; id += 1) socket.send(JSON.stringify({ id, method: 'ping' }));
    expect(await next(({ id }) => id === 10)).toMatchObject({ status: 429, error: { code: -1003 } });
    expect(await next(({ id }) => id === 15)).toMatchObject({ status: 418, error: { code: -1003 } });
    expect(await closed).toEqual([1008, 'IP banned']);
  });

  it('pings in its own time and closes when no pong comes', async () => {
    const venue = await futures({ rules: { pingEveryMs: 60, pongTimeoutMs: 150 } });
    expect(await closeOf(venue, '/public/ws')).toEqual([1008, 'Pong timeout']);
  });
});
