import type { RequestListener } from 'node:http';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { fetch as undiciFetch, interceptors, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpConnectionPool } from '../../../src/pool/index.js';
import { serve, type TestServer } from './servers.js';
import { failureOf, until } from './until.js';

const BIG = 8 << 20;

const routes: Record<string, RequestListener> = {
  '/hello': (_request, response) => response.writeHead(200, { 'content-length': 5 }).end('hello'),
  '/gzip': (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('zipped'.repeat(1000))),
  '/here': (_request, response) => response.writeHead(302, { location: '/hello' }).end(),
  '/away': (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:47/' }).end(),
  '/empty': (_request, response) => response.writeHead(204).end(),
  '/big': (_request, response) => response.end(Buffer.alloc(BIG)),
  '/echo': (request, response) => void request.pipe(response),
  '/begins': (_request, response) => void response.write('begun'),
  '/hangs': () => {},
  '/trickle': (_request, response) => {
    let left = 8;
    const timer = setInterval(() => {
      left -= 1;
      if (left > 0) response.write('.');
      else response.end(() => clearInterval(timer));
    }, 25);
    response.on('close', () => clearInterval(timer));
  },
};

type Fetch = (url: string, options: object) => Promise<Response>;

describe.each([
  ['the global fetch', fetch as Fetch],
  ["undici's fetch", undiciFetch as unknown as Fetch],
])('%s with a pool as its dispatcher', (_name, fetchWith) => {
  let server: TestServer;
  let pool: HttpConnectionPool;
  const get = (path: string, options: object = {}): Promise<Response> =>
    fetchWith(`${server.origin}${path}`, { dispatcher: pool, ...options });

  beforeEach(async () => {
    server = await serve((request, response) => routes[request.url ?? '']?.(request, response));
    pool = new HttpConnectionPool({ origins: [server.origin], max: 2, unreadTimeoutMs: 150, requestTimeoutMs: 150 });
  });

  afterEach(async () => {
    await pool.close();
    await server[Symbol.asyncDispose]();
  });

  it('uses the connections of the pool, and counts in its statistics', async () => {
    for (let i = 0; i < 5; i += 1) expect(await (await get('/hello')).text()).toBe('hello');
    expect(server.accepted).toHaveLength(1);
    expect(pool.stats()).toMatchObject({ uses: 5, reuses: 4, gauges: { used: 0 } });
  });

  it('unpacks gzip, follows redirects, and takes a 204 and the answer to a HEAD for empty', async () => {
    expect(await (await get('/gzip')).text()).toBe('zipped'.repeat(1000));
    const redirected = await get('/here');
    expect([redirected.redirected, await redirected.text()]).toEqual([true, 'hello']);
    expect(await (await get('/empty')).text()).toBe('');
    const head = await get('/hello', { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['5', '']);
  });

  it('streams bodies both ways', async () => {
    expect((await (await get('/big')).arrayBuffer()).byteLength).toBe(BIG);
    expect(await (await get('/echo', { method: 'POST', body: 'posted' })).text()).toBe('posted');
    const body = new Blob(['a', 'b', 'c']).stream();
    expect(await (await get('/echo', { method: 'POST', body, duplex: 'half' })).text()).toBe('abc');
  });

  it('lets a stream last for longer than a request may wait for its headers', async () => {
    expect(await (await get('/trickle')).text()).toBe('.'.repeat(7));
  });

  it.each(['/hangs', '/begins'])('aborts %s with the reason of the caller, and frees the place', async (path) => {
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const failed = failureOf(get(path, { signal: controller.signal }).then((response) => response.text()));
    await until(() => pool.counters.attempts === 1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await until(() => pool.stats().gauges.used === 0);
    expect(pool.stats().endpoints[0]?.state).toBe('up');
  });

  it('aborts while the request still waits for a connection', async () => {
    const busy = [get('/begins'), get('/begins')];
    await Promise.all(busy);
    expect(await failureOf(get('/hello', { signal: AbortSignal.timeout(30) }))).toHaveProperty('name', 'TimeoutError');
    expect(pool.counters.attempts).toBe(2);
  });

  it('takes a connection back from a reader that forgot the body', async () => {
    const forgotten = await Promise.all([get('/big'), get('/big')]);
    expect(await (await get('/hello')).text()).toBe('hello');
    expect(pool.counters.unread).toBeGreaterThanOrEqual(1);
    expect(pool.stats().endpoints[0]?.state).toBe('up');
    await until(() => pool.counters.unread === 2);
    for (const response of forgotten) expect(await failureOf(response.text())).toBeInstanceOf(Error);
  });

  it('ends a request that gets no headers in time, as a network error', async () => {
    const error = await failureOf(get('/hangs'));
    expect(error).toMatchObject({ message: 'fetch failed', cause: { kind: 'timeout', phase: 'headers' } });
  });

  it('refuses a foreign origin, also after a redirect', async () => {
    expect(await failureOf(get('/away'))).toMatchObject({
      message: 'fetch failed',
      cause: { message: expect.stringContaining('http://127.0.0.1:47 is not an origin of this pool') as string },
    });
  });
});

describe("undici's own methods", () => {
  it('work through the dispatcher of a pool: request, stream, interceptors, close', async () => {
    await using server = await serve((request, response) => routes[request.url ?? '']?.(request, response));
    const { dispatcher } = new HttpConnectionPool({ origins: [server.origin], max: 2 });
    const { statusCode, body } = await request(`${server.origin}/hello`, { dispatcher });
    expect([statusCode, await body.text()]).toEqual([200, 'hello']);
    let bytes = 0;
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        done();
      },
    });
    await dispatcher.stream({ origin: server.origin, path: '/big', method: 'GET' }, () => sink);
    expect(bytes).toBe(BIG);
    const following = dispatcher.compose(interceptors.redirect({ maxRedirections: 1 }));
    const redirected = await request(`${server.origin}/here`, { dispatcher: following });
    expect(await redirected.body.text()).toBe('hello');
    const aborted = request(`${server.origin}/hangs`, { dispatcher, signal: AbortSignal.timeout(30) });
    expect(await failureOf(aborted)).toHaveProperty('name', 'TimeoutError');
    await dispatcher.close();
    await until(() => server.sockets.size === 0);
  });

  it('are refused an upgrade', async () => {
    await using server = await serve(() => {});
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const error = await failureOf(pool.dispatcher.upgrade({ path: '/' }));
    expect(error).toHaveProperty('message', 'a pooled connection cannot be upgraded');
    expect(server.accepted).toEqual([]);
  });

  it('may pause, resume and abort by the controller that newer handlers get', async () => {
    await using server = await serve((request, response) => routes[request.url ?? '']?.(request, response));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const take = (path: string, abortAt: number): Promise<string> =>
      new Promise((resolve) => {
        let bytes = 0;
        let pauses = 0;
        pool.dispatch(
          { origin: server.origin, path, method: 'GET' },
          {
            onRequestStart: () => {},
            onResponseStart: (_controller, status) => expect(status).toBe(200),
            onResponseData: (controller, chunk) => {
              bytes += chunk.length;
              if (bytes >= abortAt) controller.abort(new Error('enough'));
              else if (pauses < 3) {
                pauses += 1;
                controller.pause();
                setTimeout(() => controller.resume(), 5);
              }
            },
            onResponseEnd: () => resolve(`${bytes} after ${pauses} pauses`),
            onResponseError: (controller, error) => resolve(`${error.message}, aborted ${controller.aborted}`),
          },
        );
      });
    expect(await take('/big', Number.POSITIVE_INFINITY)).toBe(`${BIG} after 3 pauses`);
    expect(await take('/big', 1)).toBe('enough, aborted true');
    expect(await take('/hello', 100)).toBe('5 after 1 pauses');
  });
});
