import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HttpConnectionPool, PoolError } from '../../../src/pool/index.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

const KIB = 1024;

/** A server that answers every request by a function on the bare socket. */
async function talk(answer: (socket: Socket) => void): Promise<AsyncDisposable & { origin: string; asked: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.on('data', () => {
      talking.asked += 1;
      answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const talking = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return talking;
}

function repeat(socket: Socket, text: string): void {
  if (socket.destroyed) return;
  socket.write(text);
  setImmediate(() => repeat(socket, text));
}

describe('a response larger than maxResponseBytes', () => {
  it.each(['with its length announced', 'with no length announced'])(
    '%s ends its connection, and nothing else',
    async (how) => {
      const body = Buffer.alloc(64 * KIB);
      await using server = await serve((_request, response) => {
        if (how.startsWith('with its')) response.setHeader('content-length', body.length);
        response.write(body);
        response.end();
      });
      const [origins, max] = [[server.origin], 1];
      await using pool = new HttpConnectionPool({ origins, max, maxResponseBytes: body.length - 1 });
      const error = await failureOf(pool.request({ path: '/big' }));
      expect(error).toMatchObject({ kind: 'protocol', phase: 'body', attempts: 1 });
      expect(error).toHaveProperty('message', `GET /big: the response is larger than ${body.length - 1} bytes`);
      expect((await pool.request({ path: '/', maxResponseBytes: body.length })).body).toHaveLength(body.length);
      expect(pool.stats().endpoints[0]).toMatchObject({ state: 'up', failures: 0 });
      expect(server.accepted).toHaveLength(2);
      expect(pool.counters).toMatchObject({ attempts: 2, attemptFailures: 1, retries: 0 });
    },
  );

  it('is not one that answers a HEAD, nor one without a body', async () => {
    await using server = await serve((request, response) => {
      response.writeHead(request.url === '/unchanged' ? 304 : 200, { 'content-length': 5000 });
      response.end();
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, maxResponseBytes: 100 });
    expect(await pool.request({ path: '/', method: 'HEAD' })).toMatchObject({ status: 200 });
    expect(await pool.request({ path: '/unchanged' })).toMatchObject({ status: 304 });
  });

  it('is not waited for when it never ends', async () => {
    await using server = await talk((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      repeat(socket, `10000\r\n${'x'.repeat(64 * KIB)}\r\n`);
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, maxResponseBytes: 1000 * KIB });
    expect(await failureOf(pool.request({ path: '/' }))).toMatchObject({ kind: 'protocol', phase: 'body' });
    await until(() => pool.stats().gauges.open === 0);
    expect(server.asked).toBe(1);
  });

  it('may be read through the dispatcher, where the reader sets the pace', async () => {
    await using server = await serve((_request, response) => response.end(Buffer.alloc(64 * KIB)));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, maxResponseBytes: KIB });
    const { body } = await pool.dispatcher.request({ origin: server.origin, path: '/', method: 'GET' });
    expect((await body.arrayBuffer()).byteLength).toBe(64 * KIB);
  });

  it('has a limit of 64 MiB by default, and of any size if wanted', async () => {
    let length = 64 * KIB * KIB + 1;
    await using server = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': length }).write('x'),
    );
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 2, tries: 1 });
    expect(await failureOf(pool.request({ path: '/' }))).toMatchObject({ kind: 'protocol', phase: 'body' });
    const unlimited = { path: '/', maxResponseBytes: Number.POSITIVE_INFINITY, timeoutMs: 50 };
    expect(await failureOf(pool.request(unlimited))).toMatchObject({ kind: 'timeout' });
    length -= 1;
    expect(await failureOf(pool.request({ path: '/', timeoutMs: 50 }))).toMatchObject({ kind: 'timeout' });
    expect(() => new HttpConnectionPool({ origins: [server.origin], max: 1, maxResponseBytes: -1 })).toThrow(PoolError);
  });
});

describe('endless headers', () => {
  it.each([
    ['of one response', 'HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(1000)}\r\n`],
    ['in a single line', 'HTTP/1.1 200 OK\r\nx: ', 'y'.repeat(5000)],
  ])('%s end the request with the limit, without a second try', async (_what, start, more) => {
    const answer = (socket: Socket): void => {
      socket.write(start);
      repeat(socket, more);
    };
    await using one = await talk(answer);
    await using two = await talk(answer);
    await using pool = new HttpConnectionPool({ origins: [one.origin, two.origin], max: 2, tries: 5 });
    const error = await failureOf(pool.request({ path: '/' }));
    expect(error).toMatchObject({ kind: 'protocol', phase: 'headers', attempts: 1 });
    expect(error).toHaveProperty('message', 'GET /: the headers of the response are larger than 16384 bytes');
    expect(one.asked + two.asked).toBe(1);
    await until(() => pool.stats().gauges.open === 0);
  });

  it('of responses before the response last no longer than the request may', async () => {
    await using server = await talk((socket) => repeat(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, tries: 1, requestTimeoutMs: 100 });
    expect(await failureOf(pool.request({ path: '/' }))).toMatchObject({ kind: 'timeout', attempts: 1 });
    await until(() => pool.stats().gauges.open === 0);
  });
});
