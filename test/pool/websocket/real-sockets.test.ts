import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../src/base/index.js';
import {
  dialWebSocket,
  type StreamPoolEvent,
  WebSocketConnectionPool,
  type WebSocketConnectionPoolOptions,
} from '../../../src/pool/websocket/index.js';
import { selfSigned } from '../http/certificate.js';
import { type FakeRequest, fakeProtocol, nth } from './fake-venue.js';

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return (server.address() as AddressInfo).port;
}

/** A venue that acknowledges everything and sends a message a millisecond on each stream, numbered over all its life. */
async function venue(credentials?: { cert: string; key: string }) {
  const server = credentials ? https.createServer(credentials) : http.createServer();
  const sockets = new WebSocketServer({ server });
  const subscribed = new Map<WebSocket, Set<string>>();
  let id = 0;
  sockets.on('connection', (socket) => {
    const streams = new Set<string>();
    subscribed.set(socket, streams);
    socket.send(JSON.stringify({ kind: 'other' }));
    socket.on('close', () => subscribed.delete(socket));
    socket.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString()) as FakeRequest;
      for (const stream of request.streams) streams[request.op === 'subscribe' ? 'add' : 'delete'](stream);
      socket.send(JSON.stringify({ kind: 'ack', id: request.id, ok: true }));
    });
  });
  const ticker = setInterval(() => {
    id += 1;
    for (const [socket, streams] of subscribed)
      for (const stream of streams)
        socket.send(JSON.stringify({ kind: 'data', stream, firstId: id, lastId: id, payload: null }));
  }, 1);
  closers.push(async () => clearInterval(ticker));
  const origin = `${credentials ? 'wss' : 'ws'}://127.0.0.1:${await listen(server)}`;
  return { origin, subscribed, sockets };
}

/** Forwards bytes to `port`, until it is told to swallow them. */
async function tunnel(port: number) {
  const state = { swallow: false };
  const server = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    const forward = (to: net.Socket) => (chunk: Buffer) => {
      if (!state.swallow) to.write(chunk);
    };
    near.on('data', forward(far)).on('close', () => far.destroy());
    far
      .on('data', forward(near))
      .on('close', () => near.destroy())
      .on('error', () => {});
  });
  return { origin: `ws://127.0.0.1:${await listen(server)}`, state };
}

function openPool(options: Partial<WebSocketConnectionPoolOptions> & { origins: string[] }) {
  const pool = new WebSocketConnectionPool({
    protocol: fakeProtocol(),
    maxConnections: 4,
    streamsPerConnection: 4,
    backoff: { initialMs: 5, maxMs: 50 },
    cooldownMs: 100,
    ...options,
  });
  closers.push(() => pool.close());
  const events: StreamPoolEvent[] = [];
  pool.on((event) => events.push(event));
  return { pool, events };
}

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = systemClock.now() + 10_000;
  while (!condition()) {
    if (systemClock.now() > deadlineMs) throw new Error(`Expected ${condition.toString()} within 10 s`);
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

describe('over real sockets', () => {
  it('streams go on after a reset, without a message twice and with every loss reported', async () => {
    const [a, b] = [await venue(), await venue()];
    const { pool, events } = openPool({ origins: [a.origin, b.origin] });
    const seen = new Map<string, number[]>();
    const held = Array.from({ length: 8 }, (_, index) => {
      const ids: number[] = [];
      seen.set(`s${index}`, ids);
      return pool.subscribe(`s${index}`, { onMessage: ({ lastId }) => ids.push(lastId) });
    });
    await Promise.all(held.map(({ acknowledged }) => acknowledged));
    expect(pool.connections()).toHaveLength(2);
    await until(() => [...seen.values()].every(({ length }) => length > 10));
    for (const socket of a.subscribed.keys()) socket.terminate();
    const before = new Map([...seen].map(([stream, ids]) => [stream, ids.length]));
    await until(() => events.filter(({ kind }) => kind === 'recovered').length === 4);
    await until(() => [...seen].every(([stream, ids]) => ids.length > (before.get(stream) ?? 0) + 5));
    for (const ids of seen.values()) expect(ids).toEqual([...new Set(ids)].sort((x, y) => x - y));
    const missing = [...seen.values()].map((ids) => nth(ids, ids.length - 1) - nth(ids, 0) + 1 - ids.length);
    expect(pool.stats().streams.gapIds).toBe(missing.reduce((sum, count) => sum + count, 0));
    expect(held.map(({ state }) => state)).toEqual(held.map(() => 'live'));
    await pool.close();
    await until(() => a.subscribed.size + b.subscribed.size === 0);
  });

  it('a peer that vanished without a word is declared dead, and its streams move', async () => {
    const target = await venue();
    const { origin, state } = await tunnel(Number(new URL(target.origin).port));
    const { pool, events } = openPool({
      origins: [origin, target.origin],
      silenceTimeoutMs: 60,
      pingTimeoutMs: 60,
      maxConnections: 2,
      streamsPerConnection: 1,
    });
    const held = ['s0', 's1'].map((stream) => pool.subscribe(stream, { onMessage: () => {} }));
    await Promise.all(held.map(({ acknowledged }) => acknowledged));
    state.swallow = true;
    await until(() => events.some(({ kind }) => kind === 'recovered'));
    expect(events.filter(({ kind }) => kind === 'declaredDead')).toMatchObject([{ endpointIndex: 0 }]);
    expect(pool.connections().map(({ endpointIndex }) => endpointIndex)).toEqual([1, 1]);
  });

  it('two feeds lose and repeat nothing when either of them vanishes or breaks', async () => {
    const target = await venue();
    const port = Number(new URL(target.origin).port);
    const [first, second] = [await tunnel(port), await tunnel(port)];
    const { pool, events } = openPool({
      origins: [first.origin, second.origin],
      feeds: 2,
      silenceTimeoutMs: 60,
      pingTimeoutMs: 60,
    });
    const ids: number[] = [];
    const held = pool.subscribe('s', { onMessage: ({ lastId }) => ids.push(lastId) });
    await until(() => target.subscribed.size === 2 && ids.length > 20);
    first.state.swallow = true;
    await until(() => events.some(({ kind }) => kind === 'declaredDead'));
    first.state.swallow = false;
    await until(() => events.filter(({ kind }) => kind === 'acknowledged').length >= 3);
    const { duplicates } = pool.stats().streams;
    await until(() => pool.stats().streams.duplicates > duplicates + 10);
    const [socket] = target.subscribed.keys();
    socket?.terminate();
    const before = ids.length;
    await until(() => ids.length > before + 50);
    expect(ids).toEqual(Array.from(ids, (_, index) => nth(ids, 0) + index));
    expect(events.filter(({ kind }) => kind === 'gap')).toEqual([]);
    expect(held.state).toBe('live');
  });

  it('a connection that the venue is about to close is replaced without a message lost', async () => {
    const target = await venue();
    const { pool, events } = openPool({ origins: [target.origin], settleMs: 200 });
    const seen = Array.from({ length: 8 }, (_, index) => {
      const ids: number[] = [];
      pool.subscribe(`s${index}`, { onMessage: ({ lastId }) => ids.push(lastId) });
      return ids;
    });
    await until(() => seen.every(({ length }) => length > 10));
    for (const socket of target.subscribed.keys()) socket.send(JSON.stringify({ kind: 'leaving' }));
    await until(() => events.filter(({ kind }) => kind === 'rotated').length === 2);
    const before = seen.map(({ length }) => length);
    await until(() => seen.every(({ length }, index) => length > nth(before, index) + 10));
    for (const ids of seen) expect(ids).toEqual(Array.from(ids, (_, index) => nth(ids, 0) + index));
    const { gaps, resubscriptions, integralsMs } = pool.stats().streams;
    expect({ gaps, resubscriptions }).toEqual({ gaps: 0, resubscriptions: 0 });
    expect(integralsMs.acknowledged).toBeGreaterThan(0);
    await until(() => target.subscribed.size === 2);
  });

  it('trusts the authority it is given for wss, and no other', async () => {
    const credentials = await selfSigned();
    const { origin } = await venue(credentials);
    const { pool } = openPool({ origins: [origin], tls: { ca: credentials.cert } });
    await pool.subscribe('s', { onMessage: () => {} }).acknowledged;
    const { tcpMs, tlsMs, upgradeMs } = pool.stats().setupPartsMs;
    expect(Math.min(tcpMs, tlsMs, upgradeMs)).toBeGreaterThan(0);

    const { pool: wary, events } = openPool({ origins: [origin] });
    wary.subscribe('s', { onMessage: () => {} });
    await until(() => events.some(({ kind }) => kind === 'dialFailed'));
    expect(events[0]).toMatchObject({ kind: 'dialFailed', stage: 'tls', localPort: expect.any(Number) as number });
  });

  it('looks names up, and books that apart', async () => {
    const credentials = await selfSigned();
    const { origin } = await venue(credentials);
    const url = origin.replace('127.0.0.1', 'localhost');
    const secureContext = createSecureContext({ ca: credentials.cert });
    const { socket, parts } = await dialWebSocket(url, { handshakeTimeoutMs: 5000, secureContext });
    socket.terminate();
    expect(parts.dnsMs).toBeGreaterThan(0);
    expect(parts.tlsMs).toBeGreaterThan(0);
  });

  it('close leaves no handle', async () => {
    const { origin } = await venue();
    const active = (): number => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length;
    const { pool } = openPool({ origins: [origin] });
    await until(() => active() === 0);
    await pool.subscribe('s', { onMessage: () => {} }).acknowledged;
    expect(active()).toBeGreaterThan(0);
    await pool.close();
    await until(() => active() === 0);
  });
});

describe('dialWebSocket', () => {
  it('times each part, knows its port, and loses no frame that came with the upgrade', async () => {
    const { origin, sockets } = await venue();
    const remote = once(sockets, 'connection') as Promise<[WebSocket, http.IncomingMessage]>;
    const { socket, parts, localPort } = await dialWebSocket(`${origin}/ws`, { handshakeTimeoutMs: 5000 });
    closers.push(async () => socket.terminate());
    const [, request] = await remote;
    expect(request.socket.remotePort).toBe(localPort);
    expect(request.url).toBe('/ws');
    expect(request.headers['sec-websocket-extensions']).toBeUndefined();
    expect(parts.tcpMs).toBeGreaterThan(0);
    expect(parts.upgradeMs).toBeGreaterThan(0);
    expect([parts.dnsMs, parts.tlsMs]).toEqual([0, 0]);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    const greeting = once(socket, 'message') as Promise<[Buffer]>;
    socket.resume();
    expect((await greeting)[0].toString()).toBe('{"kind":"other"}');
  });

  it('says at which stage it failed, and from which port', async () => {
    const refusing = net.createServer();
    const port = await listen(refusing);
    await new Promise((resolve) => {
      refusing.close(resolve);
    });
    await expect(dialWebSocket(`ws://127.0.0.1:${port}`, { handshakeTimeoutMs: 5000 })).rejects.toMatchObject({
      stage: 'tcp',
      code: 'ECONNREFUSED',
    });

    let held = 0;
    const deafServer = net.createServer((socket) => {
      held += 1;
      socket.resume().once('close', () => {
        held -= 1;
      });
    });
    const deaf = await listen(deafServer);
    const localPort = expect.any(Number) as number;
    await expect(dialWebSocket(`ws://127.0.0.1:${deaf}`, { handshakeTimeoutMs: 50 })).rejects.toMatchObject({
      stage: 'upgrade',
      code: 'ETIMEDOUT',
      localPort,
    });
    await expect(dialWebSocket(`wss://127.0.0.1:${deaf}`, { handshakeTimeoutMs: 50 })).rejects.toMatchObject({
      stage: 'tls',
      code: 'ETIMEDOUT',
      localPort,
    });
    const signal = AbortSignal.timeout(30);
    await expect(dialWebSocket(`ws://127.0.0.1:${deaf}`, { handshakeTimeoutMs: 5000, signal })).rejects.toMatchObject({
      stage: 'upgrade',
      code: 'ABORTED',
    });

    await until(() => held === 0);

    const cutting = await listen(net.createServer((socket) => socket.resetAndDestroy()));
    await expect(dialWebSocket(`wss://127.0.0.1:${cutting}`, { handshakeTimeoutMs: 5000 })).rejects.toMatchObject({
      name: 'WebSocketDialError',
      code: 'ECONNRESET',
    });

    const busy = http.createServer().on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n');
    });
    await expect(
      dialWebSocket(`ws://127.0.0.1:${await listen(busy)}`, { handshakeTimeoutMs: 5000 }),
    ).rejects.toMatchObject({ stage: 'upgrade', code: 'HTTP_503', localPort });
  });
});
