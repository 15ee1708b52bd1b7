import type { ServerHttp2Stream } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { HttpConnectionPool, type HttpConnectionPoolOptions } from '../../../src/pool/index.js';
import { Http2TestServer, reply, type SeenRequest } from './http2-server.js';
import { failureOf, until } from './until.js';
import { Valve } from './valve.js';

const poolOf = (
  { origin, ca }: Http2TestServer,
  options: Partial<HttpConnectionPoolOptions> = {},
): HttpConnectionPool =>
  new HttpConnectionPool({ origins: [origin], tls: { ca }, max: 2, http2: true, failureThreshold: 10, ...options });

const post = { method: 'POST', body: '{}' } as const;

/** Answers by path; paths that begin with `/slow` after a while, `/hangs` never. */
function routes(special: Record<string, (stream: ServerHttp2Stream, request: SeenRequest) => void> = {}) {
  return (stream: ServerHttp2Stream, request: SeenRequest): void => {
    const { path } = request;
    if (special[path]) special[path](stream, request);
    else if (path.startsWith('/slow')) setTimeout(() => reply(stream, path), 150);
    else if (!path.startsWith('/hangs')) reply(stream, path);
  };
}

describe('one stream of an HTTP/2 connection', () => {
  it('is reset when its request is aborted or out of time, and the others go on', async () => {
    await using server = await Http2TestServer.start(routes());
    await using pool = poolOf(server, { tries: 1 });
    await pool.request({ path: '/' });
    const controller = new AbortController();
    const aborted = failureOf(pool.request({ path: '/hangs/1', signal: controller.signal }));
    const late = failureOf(pool.request({ path: '/hangs/2', timeoutMs: 60 }));
    const slow = pool.request({ path: '/slow' });
    await until(() => server.requests.length === 4);
    controller.abort(new Error('enough'));
    expect(await aborted).toMatchObject({ kind: 'aborted', attempts: 1, cause: { message: 'enough' } });
    expect(await late).toMatchObject({ kind: 'timeout', phase: 'total' });
    expect((await slow).text()).toBe('/slow');
    expect((await pool.request({ path: '/after' })).reused).toBe(true);
    const codes = server.requests.map(({ path, stream }) => [path, stream.rstCode]);
    expect(codes).toEqual([
      ['/', 0],
      ['/hangs/1', 8],
      ['/hangs/2', 8],
      ['/slow', 0],
      ['/after', 0],
    ]);
    expect(server.accepted).toHaveLength(1);
    expect(pool.stats()).toMatchObject({ opened: 1, gauges: { open: 1, used: 0 } });
  });

  it.each([
    ['REFUSED_STREAM', 7, { kind: 'reset', attempts: 2 }, 2],
    ['INTERNAL_ERROR', 2, { kind: 'reset', attempts: 1 }, 1],
    ['CANCEL', 8, { kind: 'reset', attempts: 1 }, 1],
    ['NO_ERROR', 0, { kind: 'reset', attempts: 1 }, 1],
    ['PROTOCOL_ERROR', 1, { kind: 'protocol', attempts: 1 }, 1],
  ])('that the server resets with %s fails its POST alone', async (name, code, failure, sent) => {
    await using server = await Http2TestServer.start(routes({ '/bad': (stream) => stream.close(code) }));
    await using pool = poolOf(server);
    const slow = pool.request({ path: '/slow' });
    const error = await failureOf(pool.request({ path: '/bad', ...post }));
    expect(error).toMatchObject(failure);
    expect(error).toHaveProperty('message', expect.stringContaining(name));
    expect((await slow).text()).toBe('/slow');
    expect(server.paths.filter((path) => path === '/bad')).toHaveLength(sent);
    expect(server.accepted).toHaveLength(1);
    expect(pool.stats().gauges).toMatchObject({ open: 1, used: 0 });
  });

  it('that the server refuses is sent again, a POST too, and speaks against nobody', async () => {
    let refusals = 0;
    const refuseOnce = (stream: ServerHttp2Stream): void => {
      if (refusals++ === 0) stream.close(7);
      else reply(stream, 'done');
    };
    await using server = await Http2TestServer.start(routes({ '/order': refuseOnce }));
    await using pool = poolOf(server, { failureThreshold: 1 });
    expect(await pool.request({ path: '/order', ...post })).toMatchObject({ status: 200, tries: 2 });
    expect(server.accepted).toHaveLength(1);
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'up', failures: 0 });
  });

  it.each([
    ['reset without an error', (stream: ServerHttp2Stream) => stream.destroy()],
    ['reset', (stream: ServerHttp2Stream) => stream.destroy(new Error('broken'))],
    ['cut with its connection', (stream: ServerHttp2Stream) => stream.session?.destroy()],
  ])('is not taken for complete when it is %s in the middle of its body', async (_how, end) => {
    const half = (stream: ServerHttp2Stream): void => {
      stream.respond({ ':status': 200 });
      stream.write('half');
      setTimeout(() => end(stream), 20);
    };
    await using server = await Http2TestServer.start(routes({ '/half': half }));
    await using pool = poolOf(server);
    expect(await failureOf(pool.request({ path: '/half', ...post }))).toMatchObject({ kind: 'reset', attempts: 1 });
    expect((await pool.request({ path: '/after' })).text()).toBe('/after');
  });

  it('is reset when its body is too large, without a second try', async () => {
    const big = (stream: ServerHttp2Stream): void => reply(stream, Buffer.alloc(5000));
    const told = (stream: ServerHttp2Stream): void => reply(stream, Buffer.alloc(5000), { 'content-length': '5000' });
    await using server = await Http2TestServer.start(routes({ '/big': big, '/told': told }));
    await using pool = poolOf(server, { maxResponseBytes: 4999 });
    for (const path of ['/big', '/told']) {
      const error = await failureOf(pool.request({ path }));
      expect(error).toMatchObject({ kind: 'protocol', phase: 'body', attempts: 1 });
      expect(await pool.request({ path, maxResponseBytes: 5000 })).toMatchObject({ status: 200, reused: true });
    }
    expect(server.accepted).toHaveLength(1);
  });

  it('is reset when its headers are too large, without a second try', async () => {
    const fields = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`x-${i}`, 'y'.repeat(500)]));
    const many = (stream: ServerHttp2Stream): void => reply(stream, 'body', fields);
    await using server = await Http2TestServer.start(routes({ '/many': many }));
    await using pool = poolOf(server);
    const error = await failureOf(pool.request({ path: '/many' }));
    expect(error).toMatchObject({ kind: 'protocol', phase: 'headers', attempts: 1 });
    expect(error).toHaveProperty('message', 'GET /many: the headers of the response are larger than 16384 bytes');
    expect((await pool.request({ path: '/after' })).reused).toBe(true);
  });

  it('cannot keep the pool busy with a flood of headers', async () => {
    const fields = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`x-${i}`, 'y'.repeat(2000)]));
    const flood = (stream: ServerHttp2Stream): void => reply(stream, 'body', fields);
    await using server = await Http2TestServer.start(routes({ '/flood': flood }), { maxSendHeaderBlockLength: 1e7 });
    await using pool = poolOf(server);
    expect(await failureOf(pool.request({ path: '/flood' }))).toMatchObject({ kind: 'protocol', attempts: 1 });
    expect((await pool.request({ path: '/after' })).text()).toBe('/after');
    expect(pool.counters.attempts).toBe(2);
  });

  it('may answer before the request is through: the rest is not sent', async () => {
    await using server = await Http2TestServer.start(routes({ '/early': (stream) => reply(stream, 'no need') }));
    await using pool = poolOf(server);
    const body = Buffer.alloc(4 << 20);
    expect((await pool.request({ path: '/early', method: 'POST', body })).text()).toBe('no need');
    await until(() => server.requests[0]?.stream.closed === true);
    expect((await pool.request({ path: '/after' })).reused).toBe(true);
  });
});

describe('an HTTP/2 connection', () => {
  it('says goodbye softly: what it has begun ends, what it has not is sent elsewhere, POST or not', async () => {
    await using server = await Http2TestServer.start(routes());
    await using pool = poolOf(server);
    await pool.request({ path: '/' });
    const slow = pool.request({ path: '/slow', ...post });
    const fresh = ['/hangs/1', '/hangs/2'].map((path) => pool.request({ path, ...post, timeoutMs: 2000 }));
    await until(() => server.requests.length === 4);
    const [first] = server.sessions;
    first?.goaway(0, server.requests[1]?.stream.id);
    await until(() => server.sessions.length === 2 && server.requests.length === 6);
    for (const { path, stream } of server.requests.slice(4)) reply(stream, `${path} again`);
    expect((await Promise.all(fresh)).map((response) => [response.text(), response.tries])).toEqual([
      ['/hangs/1 again', 2],
      ['/hangs/2 again', 2],
    ]);
    expect((await slow).tries).toBe(1);
    await until(() => pool.stats().gauges.open === 1);
    expect(pool.stats()).toMatchObject({ opened: 2, gauges: { used: 0 } });
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'up', failures: 0 });
  });

  it('that ends with an error fails what the server may have begun, and repeats what it has not', async () => {
    await using server = await Http2TestServer.start(routes());
    await using pool = poolOf(server);
    await pool.request({ path: '/' });
    const begun = failureOf(pool.request({ path: '/hangs/1', ...post }));
    const untouched = pool.request({ path: '/hangs/2', ...post });
    await until(() => server.requests.length === 3);
    server.sessions[0]?.goaway(11, server.requests[1]?.stream.id);
    expect(await begun).toMatchObject({ kind: 'reset', attempts: 1 });
    expect(await begun).toHaveProperty('message', expect.stringContaining('ENHANCE_YOUR_CALM'));
    await until(() => server.requests.length === 4);
    const again = server.requests[3];
    if (again) reply(again.stream, 'again');
    expect(await untouched).toMatchObject({ status: 200, tries: 2 });
  });

  it('is not lent again after a goodbye that came while it was idle', async () => {
    await using server = await Http2TestServer.start(routes());
    await using pool = poolOf(server);
    await pool.request({ path: '/' });
    server.sessions[0]?.close();
    await until(() => pool.stats().gauges.open === 0);
    expect(await pool.request({ path: '/order', ...post })).toMatchObject({ tries: 1, reused: false });
    expect(pool.counters.attemptFailures).toBe(0);
  });

  it('takes its requests along when it is cut: those that may be sent again are', async () => {
    await using server = await Http2TestServer.start(routes());
    await using pool = poolOf(server);
    await pool.request({ path: '/' });
    const order = failureOf(pool.request({ path: '/hangs', ...post }));
    const book = pool.request({ path: '/slow' });
    await until(() => server.requests.length === 3);
    for (const socket of server.sockets) socket.destroy();
    expect(await order).toMatchObject({ kind: 'reset', attempts: 1 });
    expect(await book).toMatchObject({ status: 200, tries: 2 });
    expect(pool.stats()).toMatchObject({ opened: 2, gauges: { open: 1, used: 0 } });
  });

  it('that answers no PING after a request was out of time is closed', async () => {
    await using server = await Http2TestServer.start(routes());
    await using valve = await Valve.before(server.origin);
    await using pool = poolOf(server, { tries: 1, checkTimeoutMs: 60, origins: [valve.origin] });
    await pool.request({ path: '/' });
    valve.shut();
    const stuck = failureOf(pool.request({ path: '/hangs', ...post, timeoutMs: 5000 }));
    expect(await failureOf(pool.request({ path: '/', timeoutMs: 40 }))).toMatchObject({ kind: 'timeout' });
    expect(await stuck).toMatchObject({ kind: 'reset' });
    expect(await stuck).toHaveProperty('message', expect.stringContaining('no answer to a PING within 60 ms'));
    await until(() => pool.stats().gauges.open === 0);
    expect((await pool.request({ path: '/after' })).reused).toBe(false);
  });

  it('is asked by a PING before it is lent after a rest', async () => {
    await using server = await Http2TestServer.start(routes());
    await using valve = await Valve.before(server.origin);
    const origins = [valve.origin];
    await using pool = poolOf(server, { checkIdleAfterMs: 0, checkTimeoutMs: 300, cooldownMs: 10, origins });
    await pool.request({ path: '/' });
    const { passed } = pool.stats().checks;
    expect((await pool.request({ path: '/' })).reused).toBe(true);
    expect(pool.stats().checks).toMatchObject({ passed: passed + 1, failed: 0 });
    valve.shut();
    expect((await pool.request({ path: '/', timeoutMs: 2000 })).reused).toBe(false);
    expect(pool.stats().checks.failed).toBe(1);
  });

  it('to an endpoint that falls silent is left by all its requests as soon as one is out of time', async () => {
    await using silent = await Http2TestServer.start(() => {});
    await using alive = await Http2TestServer.start(routes());
    const origins = [silent.origin, alive.origin];
    const tls = { ca: [silent.ca, alive.ca] };
    await using pool = poolOf(alive, { origins, tls, failureThreshold: 1, requestTimeoutMs: 4000, cooldownMs: 60_000 });
    await pool.start('max');
    const patient = Array.from({ length: 12 }, () => pool.request({ path: '/' }));
    await until(() => silent.requests.length >= 6);
    const hasty = failureOf(pool.request({ path: '/hangs', ...post, timeoutMs: 80 }));
    const other = failureOf(pool.request({ path: '/hangs', ...post, timeoutMs: 80 }));
    expect(await Promise.all([hasty, other])).toMatchObject([{ kind: 'timeout' }, { kind: 'timeout' }]);
    const responses = await Promise.all(patient);
    expect(responses.every(({ endpoint }) => endpoint.origin === alive.origin)).toBe(true);
    expect(responses.some(({ tries }) => tries === 2)).toBe(true);
    expect(pool.counters.failovers).toBe(1);
  });

  it('finishes its streams when the pool drains, and fails them when it closes', async () => {
    await using server = await Http2TestServer.start(routes());
    const pool = poolOf(server);
    const slow = pool.request({ path: '/slow' });
    await until(() => server.requests.length === 1);
    const drained = pool.drain(5000);
    expect((await slow).text()).toBe('/slow');
    expect(await drained).toBe(true);
    const other = poolOf(server);
    const stuck = failureOf(other.request({ path: '/hangs' }));
    await until(() => server.requests.length === 2);
    await other.close();
    expect(await stuck).toMatchObject({ kind: 'closed' });
    await until(() => server.sockets.size === 0);
  });
});
