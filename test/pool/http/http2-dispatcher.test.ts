import { Readable } from 'node:stream';
import type { ServerHttp2Stream } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { fetch as undiciFetch, FormData, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpConnectionPool } from '../../../src/pool/index.js';
import { Http2TestServer, reply, type SeenRequest } from './http2-server.js';
import { failureOf, until } from './until.js';

const BIG = 8 << 20;

const routes: Record<string, (stream: ServerHttp2Stream, seen: SeenRequest) => void> = {
  '/hello': (stream) => reply(stream, 'hello'),
  '/gzip': (stream) => reply(stream, gzipSync('zipped'.repeat(1000)), { 'content-encoding': 'gzip' }),
  '/empty': (stream) => stream.respond({ ':status': 204 }, { endStream: true }),
  '/here': (stream) => stream.respond({ ':status': 302, location: '/hello' }, { endStream: true }),
  '/big': (stream) => reply(stream, Buffer.alloc(BIG)),
  '/echo': (stream, { headers }) => {
    stream.respond({ ':status': 200, 'content-type': headers['content-type'] ?? 'none' });
    stream.pipe(stream);
  },
  '/trailers': (stream) => {
    stream.additionalHeaders({ ':status': 103, link: '</style>' });
    stream.respond({ ':status': 200, 'set-cookie': ['a=1', 'b=2'] }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ checksum: 'abc' }));
    stream.end('body');
  },
  '/hangs': () => {},
};

type Fetch = (url: string, options: object) => Promise<Response>;

describe.each([
  ['the global fetch', fetch as Fetch],
  ["undici's fetch", undiciFetch as unknown as Fetch],
])('%s over HTTP/2', (_name, fetchWith) => {
  let server: Http2TestServer;
  let pool: HttpConnectionPool;
  const get = (path: string, options: object = {}): Promise<Response> =>
    fetchWith(`${server.origin}${path}`, { dispatcher: pool, ...options });

  beforeEach(async () => {
    server = await Http2TestServer.start((stream, seen) => routes[seen.path]?.(stream, seen));
    const tls = { ca: server.ca };
    pool = new HttpConnectionPool({ origins: [server.origin], max: 1, http2: true, tls, unreadTimeoutMs: 200 });
  });

  afterEach(async () => {
    await pool.close();
    await server[Symbol.asyncDispose]();
  });

  it('unpacks gzip, follows redirects, and takes a 204 and the answer to a HEAD for empty', async () => {
    expect(await (await get('/gzip')).text()).toBe('zipped'.repeat(1000));
    expect(await (await get('/here')).text()).toBe('hello');
    expect(await (await get('/empty')).text()).toBe('');
    expect(await (await get('/hello', { method: 'HEAD' })).text()).toBe('');
    expect(server.accepted).toHaveLength(1);
  });

  it('streams bodies both ways', async () => {
    expect((await (await get('/big')).arrayBuffer()).byteLength).toBe(BIG);
    expect(await (await get('/echo', { method: 'POST', body: 'posted' })).text()).toBe('posted');
    const body = new Blob(['a', 'b', 'c']).stream();
    expect(await (await get('/echo', { method: 'POST', body, duplex: 'half' })).text()).toBe('abc');
    const large = new Uint8Array(BIG).fill(7);
    const echoed = new Uint8Array(await (await get('/echo', { method: 'PUT', body: large })).arrayBuffer());
    expect([echoed.length, echoed.at(-1)]).toEqual([BIG, 7]);
  });

  it('holds up nobody else when a body is not read, and gives its stream up in the end', async () => {
    const unread = await Promise.all([get('/big'), get('/big'), get('/big')]);
    for (let i = 0; i < 5; i += 1) expect(await (await get('/hello')).text()).toBe('hello');
    expect((await (await get('/big')).arrayBuffer()).byteLength).toBe(BIG);
    await until(() => pool.counters.unread === 3);
    for (const response of unread) expect(await failureOf(response.text())).toBeInstanceOf(Error);
    expect(await (await get('/hello')).text()).toBe('hello');
    expect(server.accepted).toHaveLength(1);
    expect(pool.stats().gauges).toMatchObject({ open: 1, used: 0 });
  });

  it('aborts one request with the reason of the caller, and leaves the others', async () => {
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const failed = failureOf(get('/hangs', { signal: controller.signal }));
    const other = get('/hangs');
    await until(() => server.requests.length === 2);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await until(() => server.requests[0]?.stream.rstCode === 8);
    const open = server.requests[1];
    if (open) reply(open.stream, 'there');
    expect(await (await other).text()).toBe('there');
  });
});

describe("undici's own methods over HTTP/2", () => {
  let server: Http2TestServer;
  let pool: HttpConnectionPool;
  const send = (path: string, options: Parameters<typeof request>[1] = {}): ReturnType<typeof request> =>
    request(`${server.origin}${path}`, { dispatcher: pool.dispatcher, ...options });

  beforeEach(async () => {
    server = await Http2TestServer.start((stream, seen) => routes[seen.path.split('?')[0] ?? '']?.(stream, seen));
    pool = new HttpConnectionPool({ origins: [server.origin], max: 1, http2: true, tls: { ca: server.ca } });
  });

  afterEach(async () => {
    await pool.close();
    await server[Symbol.asyncDispose]();
  });

  it('hear early hints, repeated headers and trailers', async () => {
    const informed: number[] = [];
    const onInfo = ({ statusCode }: { statusCode: number }): unknown => informed.push(statusCode);
    const { headers, body, trailers } = await send('/trailers', { onInfo });
    expect(await body.text()).toBe('body');
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(trailers).toEqual({ checksum: 'abc' });
    expect(informed).toEqual([103]);
  });

  it('send what HTTP/2 allows of their headers, in lower case', async () => {
    const headers = {
      'X-Key': 'v',
      Cookie: ['a=1', 'b=2'],
      Host: 'venue.example',
      Connection: 'keep-alive',
      'Keep-Alive': 'timeout=5',
      'Transfer-Encoding': 'chunked',
      TE: 'gzip',
    };
    const { body } = await send('/echo', { method: 'POST', headers, body: 'four', query: { a: 1, b: 'x y' } });
    expect(await body.text()).toBe('four');
    const seen = server.requests[0]?.headers ?? {};
    expect(seen).toMatchObject({
      ':method': 'POST',
      ':scheme': 'https',
      ':authority': 'venue.example',
      ':path': '/echo?a=1&b=x%20y',
      'x-key': 'v',
      cookie: 'a=1; b=2',
      'content-length': '4',
    });
    for (const name of ['host', 'connection', 'keep-alive', 'transfer-encoding', 'te'])
      expect(seen).not.toHaveProperty(name);
    await (await send('/hello', { headers: ['a', '1', 'te', 'trailers'] })).body.dump();
    await (await send('/hello', { headers: new Map([['b', '2']]) })).body.dump();
    expect(server.requests[1]?.headers).toMatchObject({ a: '1', te: 'trailers' });
    expect(server.requests[2]?.headers).toMatchObject({ b: '2' });
  });

  it('refuse headers that HTTP forbids, and the connection stays', async () => {
    await (await send('/hello')).body.dump();
    for (const headers of [{ 'x y': '1' }, { x: 'a\r\nb: c' }, { expect: '100-continue' }]) {
      expect(await failureOf(send('/hello', { headers }))).toMatchObject({ kind: 'protocol', attempts: 1 });
    }
    await (await send('/hello')).body.dump();
    expect(server.requests).toHaveLength(2);
    expect(server.accepted).toHaveLength(1);
  });

  it('send forms, iterables and streams', async () => {
    const form = new FormData();
    form.set('name', 'value');
    const posted = await send('/echo', { method: 'POST', body: form });
    expect(await posted.body.text()).toContain('name="name"\r\n\r\nvalue');
    expect(posted.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    const streamed = await send('/echo', { method: 'POST', body: Readable.from(['one', 'two']) });
    expect(await streamed.body.text()).toBe('onetwo');
  });

  it('fail with the error of a body that cannot be read to its end, and no second try', async () => {
    const broken = new Error('disk gone');
    const body = Readable.from(
      (async function* () {
        yield 'some';
        await Promise.reject(broken);
      })(),
    );
    const error = await failureOf(send('/hangs', { method: 'PUT', body }));
    expect(error).toMatchObject({ attempts: 1, cause: broken });
    await until(() => server.requests[0]?.stream.closed === true);
    expect(server.accepted).toHaveLength(1);
  });

  it('end a request whose limits they give, by the millisecond', async () => {
    const error = await failureOf(send('/hangs', { headersTimeout: 60 }));
    expect(error).toMatchObject({ kind: 'timeout', phase: 'headers' });
  });
});
