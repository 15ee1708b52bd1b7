import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { SiteHarness, pause } from './site-harness.js';

let open: SiteHarness | null = null;

async function site(...args: Parameters<typeof SiteHarness.open>): Promise<SiteHarness> {
  open = await SiteHarness.open(...args);
  return open;
}

afterEach(async () => {
  await open?.close();
  open = null;
});

const kinds = [
  { tls: false, rttMs: 0 },
  { tls: true, rttMs: 0 },
  { tls: false, rttMs: 4 },
  { tls: true, rttMs: 4 },
];

describe.each(kinds)('a site with tls $tls and a round trip of $rttMs ms', ({ tls, rttMs }) => {
  test('answers requests over kept connections, and books them', async () => {
    const harness = await site(tls, rttMs);
    const socket = await harness.dial();
    expect(await harness.request(socket, '/depth?symbol=A&limit=5')).toBe('200 GET /depth symbol=A&limit=5');
    expect(await harness.request(socket, '/limited')).toBe('429 GET /limited ');
    expect(await harness.request(socket, '/throw')).toBe('500 internal error\n');
    const { localPort } = socket;
    const { counts, connections } = await harness.until(({ counts }) => counts.responses === 3);
    expect(counts).toMatchObject({
      accepted: 1,
      requests: 3,
      responses: 3,
      reusedRequests: 2,
      handshakesFull: tls ? 1 : 0,
      responsesByStatus: { 200: 1, 429: 1, 500: 1 },
      violations: { 'exchange-error': 1 },
    });
    expect(counts.bytesRead).toBeGreaterThan(90);
    expect(counts.bytesWritten).toBeGreaterThan(300);
    expect(connections).toMatchObject([{ endpoint: 0, remotePort: localPort, tls: tls ? 'full' : 'none' }]);
  });

  test('answers upgrades, and books subscriptions with their ids', async () => {
    const harness = await site(tls, rttMs);
    const { socket, next } = await harness.stream('/raw');
    expect(await next()).toBe('{"id":1}');
    socket.send('subscribe s');
    expect([await next(), await next()]).toEqual(['subscribed', '{"id":10}']);
    socket.send('unsubscribe s');
    expect(await next()).toBe('unsubscribed');
    socket.close(1000);
    const { counts, subscriptions } = await harness
      .until(({ counts }) => counts.closedByClient === 1)
      .then(async () => {
        return harness.close();
      });
    expect(counts).toMatchObject({ upgrades: 1, subscribes: 2, unsubscribes: 1, messagesSent: 2, requests: 0 });
    expect(harness.venue).toMatchObject({ ended: 1, closed: true });
    expect(subscriptions).toEqual([]);
  });

  test('pings its clients, and answers their pings', async () => {
    const harness = await site(tls, rttMs);
    const { socket, next } = await harness.stream('/');
    socket.send('ping');
    expect(await next()).toBe('pong payload');
    socket.ping('mine');
    expect(String((await once(socket, 'pong'))[0])).toBe('mine');
    expect(harness.site.snapshot().counts).toMatchObject({ pingsSent: 1, pongsReceived: 1 });
  });

  test('ends a stream when the venue says so', async () => {
    const harness = await site(tls, rttMs);
    const { socket } = await harness.stream('/');
    socket.send('leave');
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([1008, 'as you wish']);
    expect(harness.site.snapshot().counts).toMatchObject({ closedByExchange: 1, closedByClient: 0 });
  });

  test('refuses an upgrade with the status that the venue gives', async () => {
    const harness = await site(tls, rttMs);
    await expect(harness.stream('/forbidden')).rejects.toThrow('403');
    expect(harness.site.snapshot().counts).toMatchObject({ upgrades: 0, upgradesRefused: 1 });
  });

  test('answers a request that offers another protocol as if it did not, and goes on', async () => {
    const harness = await site(tls, rttMs);
    const socket = await harness.dial();
    for (const path of ['/offer', '/again']) {
      const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk';
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${offer}\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toContain(`GET ${path} `);
    }
    expect(await harness.request(socket, '/plain')).toBe('200 GET /plain ');
    const { counts } = await harness.until(({ counts }) => counts.responses === 3);
    expect(counts).toMatchObject({ accepted: 1, requests: 3, reusedRequests: 2, upgrades: 0, upgradesRefused: 0 });
  });

  test('survives garbage, half a request, and a frame that is too long', async () => {
    const harness = await site(tls, rttMs);
    const garbage = await harness.dial();
    garbage.resume().write('\u0000\u0001 this is not HTTP\r\n\r\n');
    await once(garbage, 'close');
    const half = await harness.dial();
    half.write('GET /half HTTP/1.1\r\nHos');
    await pause(20);
    half.destroy();
    const { socket } = await harness.stream('/');
    socket.send('x'.repeat((1 << 20) + 1));
    await once(socket, 'close');
    const { counts } = await harness.until(({ counts }) => counts.closedByClient + counts.closedByExchange === 3);
    expect(counts.violations).toEqual({ 'http-protocol': 1, 'websocket-protocol': 1 });
    expect(await harness.request(await harness.dial(), '/alive')).toBe('200 GET /alive ');
  });

  test('refuse: open connections end with FIN, newcomers are refused, and the port is back at the lift', async () => {
    const harness = await site(tls, rttMs);
    const socket = await harness.dial();
    await harness.request(socket, '/a');
    socket.resume();
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    const closed = once(socket, 'close');
    await harness.fault('refuse', 150);
    await closed;
    expect(errors).toEqual([]);
    await expect(harness.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await harness.lifted();
    expect(await harness.request(await harness.dial(), '/b')).toBe('200 GET /b ');
    expect(harness.site.snapshot().counts).toMatchObject({ accepted: 2, closedByFault: 1 });
  });

  test('reset: open connections and newcomers get RST until the lift', async () => {
    const harness = await site(tls, rttMs);
    const socket = await harness.dial();
    await harness.request(socket, '/a');
    const broken = once(socket, 'nothing').catch((error: unknown) => error);
    await harness.fault('reset', 150);
    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
    const newcomer = harness.begin();
    expect(await once(newcomer, 'nothing').catch((error: unknown) => error)).toMatchObject({ code: 'ECONNRESET' });
    await harness.lifted();
    expect(await harness.request(await harness.dial(), '/b')).toBe('200 GET /b ');
    expect(harness.site.snapshot().counts).toMatchObject({
      accepted: 3,
      closedByFault: 2,
      cutInHandshake: tls ? 1 : 0,
    });
  });

  test('silence: the caught stay dead after the lift, and those that come then are served', async () => {
    const harness = await site(tls, rttMs);
    const socket = await harness.dial();
    await harness.request(socket, '/a');
    const { socket: stream, frames } = await harness.stream('/');
    await harness.fault('silence', 100);
    const heard: string[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    for (const event of ['end', 'close']) socket.on(event, () => heard.push(event));
    socket.write('GET /b HTTP/1.1\r\nHost: x\r\n\r\n');
    stream.send('subscribe s');
    stream.ping();
    stream.on('pong', () => heard.push('pong'));
    const newcomer = harness.begin();
    newcomer.on('data', () => heard.push('newcomer'));
    newcomer.on('secureConnect', () => heard.push('newcomer'));
    if (!tls) newcomer.write('GET /c HTTP/1.1\r\nHost: x\r\n\r\n');
    await harness.lifted();
    expect(await harness.request(await harness.dial(), '/d')).toBe('200 GET /d ');
    await pause(30);
    expect([heard, frames]).toEqual([[], []]);
    for (const client of [socket, newcomer]) client.destroy();
    stream.terminate();
    const { counts } = await harness.until(({ counts }) => counts.closedByClient === 3);
    expect(counts).toMatchObject({ accepted: 4, cutInHandshake: tls ? 1 : 0, requests: 2, subscribes: 0 });
    expect(harness.venue.ended).toBe(1);
  });

  test('closing takes connections and listeners down, whatever their state', async () => {
    const harness = await site(tls, rttMs);
    await harness.dial();
    const { socket } = await harness.stream('/');
    await harness.fault('silence', 60_000);
    harness.begin();
    await harness.until(({ counts }) => counts.accepted === 3);
    const { counts } = await harness.site.close();
    expect(counts.closedByExchange).toBe(3);
    await once(socket, 'close');
    await expect(harness.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

test('what the exchange sends into a silenced stream counts as sent', async () => {
  for (const rttMs of [0, 4]) {
    const harness = await site(true, rttMs);
    const { socket, next } = await harness.stream('/raw');
    await next();
    await harness.fault('silence', 60_000);
    harness.venue.sinks[0]?.publish({ stream: 'raw', symbol: 'AAA', frame: '{"id":2}', firstId: 2, lastId: 2 });
    const { subscriptions } = harness.site.snapshot();
    expect(subscriptions).toMatchObject([{ stream: 'raw', sent: [[1, 2]], messagesSent: 2, endedBy: null }]);
    socket.terminate();
    const after = await harness.until(({ counts }) => counts.closedByClient === 1);
    expect(after.subscriptions).toMatchObject([{ endedBy: 'connection', untilId: 3 }]);
    await harness.close();
  }
});

test('a second connection with a ticket resumes its session, over the link as well', async () => {
  for (const rttMs of [0, 4]) {
    const harness = await site(true, rttMs);
    const socket = await harness.dial();
    const ticket = once(socket, 'session') as Promise<[Buffer]>;
    await harness.request(socket, '/a');
    const second = await harness.dial({ endpoint: 1, session: (await ticket)[0] });
    await harness.request(second, '/b');
    expect(harness.site.snapshot().counts).toMatchObject({ handshakesFull: 1, handshakesResumed: 1 });
    await harness.close();
  }
});

test('a client that gives up in its handshake is cut, not usable', async () => {
  const harness = await site(true, 4);
  const socket = harness.begin();
  await once(socket, 'connect');
  socket.destroy();
  const { counts, connections } = await harness.until(({ counts }) => counts.cutInHandshake === 1);
  expect(counts).toMatchObject({ accepted: 1, handshakesFull: 0, closedByClient: 1 });
  expect(connections).toMatchObject([{ readyAtMs: null, tls: null, endedBy: 'client' }]);
});

test('nothing is answered before two round trips are over, and one on a warm connection', async () => {
  const clock = new FakeClock();
  const harness = await site(false, 100, clock);
  const socket = await harness.dial();
  const arrivals: number[] = [];
  socket.on('data', () => arrivals.push(clock.now()));
  for (const least of [200, 100]) {
    const sentAtMs = clock.now();
    const count = arrivals.length;
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    while (arrivals.length === count) {
      await clock.advance(0.25);
      await pause(0);
    }
    expect(arrivals.at(-1)! - sentAtMs).toBeGreaterThanOrEqual(least - 1);
  }
}, 10_000);

test('a change of the link drops the connections over the old one, and holds for those accepted afterwards', async () => {
  const clock = new FakeClock();
  const harness = await site(false, 0, clock);
  const before = await harness.dial();
  await harness.request(before, '/a');
  const dropped = once(before.resume(), 'close');
  harness.site.setLink({ rttMs: 1000 });
  await dropped;
  const after = await harness.dial();
  after.write('GET /b HTTP/1.1\r\nHost: x\r\n\r\n');
  await pause(20);
  await clock.advance(1490);
  expect(harness.site.snapshot().counts).toMatchObject({ accepted: 2, closedByExchange: 1, requests: 1 });
  await clock.advance(20);
  await harness.until(({ counts }) => counts.requests === 2);
});

test('the server certificate names this machine and is vouched for by the authority', async () => {
  const harness = await site(true, 0);
  const authority = new X509Certificate(harness.info.ca!);
  expect(authority.ca).toBe(true);
  const socket = await harness.dial();
  const peer = (socket as TLSSocket).getPeerCertificate();
  expect(peer.subjectaltname).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  const moving = await site(true, 0, undefined, { dns: true });
  const wider = ((await moving.dial()) as TLSSocket).getPeerCertificate().subjectaltname;
  expect(wider).toBe(
    'DNS:localhost, DNS:endpoint-0.fake.test, DNS:endpoint-1.fake.test, IP Address:127.0.0.1, ' +
      'IP Address:0:0:0:0:0:0:0:1, IP Address:127.0.0.16, IP Address:127.0.0.17',
  );
  await harness.close();
  const days = (Date.parse(peer.valid_to) - Date.parse(peer.valid_from)) / 86_400_000;
  expect(days).toBe(4);
});
