import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/base/index.js';
import { ExchangeHost } from '../../../src/exchange/host.js';
import type { LedgerSnapshot, SiteConfig, SiteInfo } from '../../../src/exchange/protocol.js';
import { okx } from '../../../src/exchange/venues/okx/index.js';
import { FollowedBook, type Json } from './okx-harness.js';

const ended: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** A real site with the venue behind it; closed after the test. */
async function openSite(config: Partial<SiteConfig> = {}) {
  const host = new ExchangeHost(systemClock, { okx });
  ended.push(() => host.close());
  const standard = { id: 's', venues: ['okx'], seed: '1', endpoints: 1, tls: false, symbols: 3, activity: 1 };
  const opened = await host.answer({ kind: 'open', site: { ...standard, link: { rttMs: 0 }, ...config } });
  if (opened.kind !== 'opened') throw new Error(JSON.stringify(opened));
  const answer = async (kind: 'snapshot' | 'close'): Promise<LedgerSnapshot> => {
    const response = await host.answer({ kind, site: 's' });
    if (response.kind !== 'snapshot') throw new Error(JSON.stringify(response));
    return response.snapshot;
  };
  return { info: opened.site, snapshot: () => answer('snapshot'), close: () => answer('close') };
}

/** A plain client of one of the sockets. */
async function dial({ endpoints }: SiteInfo, path: string, localAddress = '127.0.0.1') {
  const socket = new WebSocket(`${endpoints[0]?.ws}/ws/v5/${path}`, { localAddress });
  const frames: string[] = [];
  let read = 0;
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => frames.push(data.toString()));
  ended.push(async () => {
    socket.terminate();
    await closed;
  });
  await once(socket, 'open');
  const next = async (): Promise<string> => {
    while (frames.length <= read) await once(socket, 'message');
    return frames[read++] ?? '';
  };
  const send = (op: string, args: object[], id?: string): void => {
    socket.send(JSON.stringify({ id, op, args }));
  };
  return { socket, frames, closed, next, nextJson: async (): Promise<Json> => JSON.parse(await next()), send };
}

const BOOKS = { channel: 'books', instId: 'BTC-USDT' };

describe('an OKX site over real sockets', () => {
  it('acknowledges, sends a book that follows its own rule, and accounts for what it sent', async () => {
    const { info, snapshot, close } = await openSite();
    expect(info.symbols['okx']).toEqual(
      ['BTC', 'ETH', 'SOL']
        .flatMap((base) => [`${base}-USDT`])
        .concat(['BTC', 'ETH', 'SOL'].map((base) => `${base}-USDT-SWAP`)),
    );
    const client = await dial(info, 'public');
    client.send('subscribe', [BOOKS], 'a1');
    expect(await client.nextJson()).toEqual({ id: 'a1', event: 'subscribe', arg: BOOKS, connId: expect.any(String) });
    const book = new FollowedBook();
    for (let i = 0; i < 6; i += 1) book.follow(await client.nextJson());
    expect([book.bids.size, book.asks.size]).toEqual([400, 400]);
    const followUntil = async (last: (text: string) => boolean): Promise<void> => {
      for (let text = await client.next(); !last(text); text = await client.next()) book.follow(JSON.parse(text));
    };
    client.socket.send('ping');
    await followUntil((text) => text === 'pong');
    client.send('unsubscribe', [BOOKS]);
    await followUntil((text) => text.includes('"event":"unsubscribe"'));
    const { subscriptions, counts } = await snapshot();
    const [row] = subscriptions;
    expect(row).toMatchObject({ stream: 'books:BTC-USDT', endedBy: 'unsubscribe', untilId: book.seqId + 1 });
    expect(row?.sent).toEqual([[row?.fromId, book.seqId]]);
    expect(counts).toMatchObject({ subscribes: 1, unsubscribes: 1, violations: {} });
    client.socket.close();
    await client.closed;
    expect((await close()).counts).toMatchObject({ accepted: 1, closedByClient: 1 });
  });

  it('answers REST on a connection that is kept', async () => {
    const { info, snapshot } = await openSite();
    const get = async (path: string): Promise<Json> => {
      const response = await fetch(`${info.endpoints[0]?.rest}/api/v5/${path}`);
      return response.json();
    };
    expect((await get('public/instruments?instType=SWAP')).data).toHaveLength(3);
    expect((await get('market/books?instId=ETH-USDT&sz=5')).data[0].bids).toHaveLength(5);
    expect((await get('market/books')).code).toBe('50014');
    expect((await snapshot()).counts.responsesByStatus).toEqual({ 200: 2, 400: 1 });
  });

  it('closes a silent connection by the scaled rule, and not one that pings', async () => {
    const { info, snapshot } = await openSite({ rules: { idleMs: 400 } });
    const [silent, pinging] = [await dial(info, 'public'), await dial(info, 'business')];
    const pings = setInterval(() => pinging.socket.send('ping'), 100);
    expect(await silent.closed).toEqual([4004, 'No data received in 30s']);
    clearInterval(pings);
    expect(pinging.socket.readyState).toBe(WebSocket.OPEN);
    expect((await snapshot()).counts.closesByCode).toEqual({ 4004: 1 });
  });

  it('enforces the limits of requests, connections, operations and arguments', async () => {
    const { info, snapshot } = await openSite({
      limits: 'enforce',
      rules: {
        timeRequests: 2,
        requestWindowMs: 60_000,
        connectionsPerWindow: 2,
        connectionWindowMs: 60_000,
        operationsPerWindow: 2,
        argumentBytes: 200,
      },
    });
    const time = `${info.endpoints[0]?.rest}/api/v5/public/time`;
    const statuses = [(await fetch(time)).status, (await fetch(time)).status];
    const refused = await fetch(time);
    expect([...statuses, refused.status, ((await refused.json()) as Json).code]).toEqual([200, 200, 429, '50011']);
    const [crowded, busy] = [await dial(info, 'public'), await dial(info, 'public')];
    const third = new WebSocket(`${info.endpoints[0]?.ws}/ws/v5/public`);
    const [error] = (await once(third, 'error')) as [Error];
    expect(error.message).toContain('429');
    await dial(info, 'public', '127.0.0.9');
    crowded.send('subscribe', [BOOKS, BOOKS, BOOKS, BOOKS, BOOKS, BOOKS]);
    expect((await crowded.closed)[0]).toBe(4003);
    for (let i = 0; i < 3; i += 1) busy.send('unsubscribe', [BOOKS], String(i));
    await busy.next();
    await busy.next();
    expect(await busy.nextJson()).toMatchObject({ id: '2', event: 'error', code: '60014' });
    expect((await snapshot()).counts.violations).toEqual({
      'requests-per-endpoint': 1,
      'connections-per-window': 1,
      'message-size': 1,
      'operations-per-hour': 1,
    });
  });

  it('closes with 4009 for too many channels', async () => {
    const { info } = await openSite({ limits: 'enforce', rules: { channelsPerConnection: 1 } });
    const client = await dial(info, 'public');
    client.send('subscribe', [BOOKS, { channel: 'trades', instId: 'BTC-USDT' }]);
    expect((await client.closed)[0]).toBe(4009);
  });

  it('only counts where limits are observed, and ends every connection with the site', async () => {
    const { info, close } = await openSite({ rules: { connectionsPerWindow: 1, operationsPerWindow: 1 } });
    const clients = [await dial(info, 'public'), await dial(info, 'public')];
    for (const client of clients) {
      client.send('subscribe', [BOOKS]);
      client.send('subscribe', [{ channel: 'trades', instId: 'BTC-USDT' }]);
      while (client.frames.filter((frame) => frame.includes('"event":"subscribe"')).length < 2) await client.next();
    }
    const last = await close();
    expect(last.counts.violations).toEqual({ 'connections-per-window': 1, 'operations-per-hour': 2 });
    expect(last.counts).toMatchObject({ subscribes: 4, closedByExchange: 2 });
    for (const client of clients) expect((await client.closed)[0]).toBe(1006);
  });
});
