import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/index.js';
import {
  dialHttp,
  type HttpAttempt,
  type HttpConnectionEvent,
  HttpConnectionPool,
  HttpDialError,
  type HttpDialFailure,
  HttpRequestError,
  secureContextOf,
} from '../../../src/pool/index.js';
import { selfSigned } from './certificate.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

describe('an HTTP pool over real sockets', () => {
  it('really reuses its connections, and both sides count the same', async () => {
    await using server = await serve((_request, response) => response.end('pong'));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 2 });
    const events: HttpConnectionEvent[] = [];
    pool.onConnection((event) => events.push(event));
    for (let i = 0; i < 10; i += 1) {
      const response = await pool.request({ path: '/ping' });
      expect(response).toMatchObject({ status: 200, tries: 1, reused: i > 0 });
      expect(response.body.toString()).toBe('pong');
    }
    await Promise.all([pool.request({ path: '/a' }), pool.request({ path: '/b' }), pool.request({ path: '/c' })]);
    expect(server.accepted).toHaveLength(2);
    expect(pool.describe()).toBe('active 0 · idle 2 · pending 0 · opened 2');
    expect(pool.stats()).toMatchObject({ uses: 13, reuses: 11 });
    await pool.close();
    const ports = events.flatMap((event) => (event.kind === 'opened' ? [event.localPort] : []));
    expect(ports).toEqual(server.accepted);
    const closed = events.filter((event) => event.kind === 'closed');
    expect(closed.reduce((sum, event) => sum + event.requestsSent, 0)).toBe(13);
    expect(closed.reduce((sum, event) => sum + event.responsesReceived, 0)).toBe(13);
    await until(() => server.sockets.size === 0);
  });

  it('keeps an idle connection in spite of a short keep-alive hint, and notices when the server closes it', async () => {
    await using server = await serve((_request, response) => response.end());
    server.server.keepAliveTimeout = 1200;
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    await pool.request({ path: '/' });
    expect((await pool.request({ path: '/' })).reused).toBe(true);
    server.server.closeIdleConnections();
    await until(() => pool.stats().gauges.open === 0);
    expect((await pool.request({ path: '/' })).reused).toBe(false);
    expect(server.accepted).toHaveLength(2);
    expect(pool.stats().endpoints[0]?.state).toBe('up');
  });

  it('speaks https with full verification, and times the parts of the set-up', async () => {
    const identity = await selfSigned();
    await using server = await serve((_request, response) => response.end('secret'), identity);
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, tls: { ca: identity.cert } });
    expect((await pool.request({ path: '/' })).body.toString()).toBe('secret');
    expect((await pool.request({ path: '/' })).reused).toBe(true);
    const { setupPartsMs, setupTotalMs } = pool.stats();
    expect(setupPartsMs.dnsMs).toBe(0);
    expect(setupPartsMs.tlsMs).toBeGreaterThan(0);
    expect(setupPartsMs.tcpMs + setupPartsMs.tlsMs).toBeLessThanOrEqual(setupTotalMs);
  });

  it('names the stage and the local port of a dial that failed in the handshake', async () => {
    const identity = await selfSigned();
    await using server = await serve((_request, response) => response.end(), identity);
    const error = await failureOf(dialHttp(server.origin, { clock: systemClock }));
    expect(error).toBeInstanceOf(HttpDialError);
    expect(error).toMatchObject({ stage: 'tls', localPort: server.accepted[0] });

    await using plain = await serve((_request, response) => response.end());
    const origin = plain.origin;
    await plain[Symbol.asyncDispose]();
    expect(await failureOf(dialHttp(origin, { clock: systemClock }))).toMatchObject({ stage: 'tcp' });
  });

  it('reports the local port of a handshake that it gave up', async () => {
    const identity = await selfSigned();
    const ports: (number | undefined)[] = [];
    const silent = createServer((socket) => {
      ports.push(socket.remotePort);
      socket.on('error', () => {});
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await using pool = new HttpConnectionPool({
      origins: [`https://127.0.0.1:${port}`],
      max: 1,
      tls: { secureContext: secureContextOf({ ca: identity.cert }) },
      dialTimeoutMs: 100,
    });
    const failures: HttpDialFailure[] = [];
    pool.onDialFailure((failure) => failures.push(failure));
    const error = await failureOf(pool.request({ path: '/', timeoutMs: 150 }));
    expect(error).toBeInstanceOf(HttpRequestError);
    expect(error).toMatchObject({ kind: 'timeout', attempts: 0 });
    await pool.close();
    silent.close();
    await until(() => failures.length === ports.length);
    expect(failures[0]).toMatchObject({ endpointIndex: 0, stage: 'tls', localPort: ports[0] });
  });

  it('keeps a timeout of some hundred milliseconds, not of whole seconds', async () => {
    await using server = await serve(() => {});
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, requestTimeoutMs: 150, tries: 1 });
    const startedAtMs = systemClock.now();
    const error = await failureOf(pool.request({ path: '/' }));
    const tookMs = systemClock.now() - startedAtMs;
    expect(error).toMatchObject({ kind: 'timeout', attempts: 1 });
    expect(tookMs).toBeGreaterThanOrEqual(149);
    expect(tookMs).toBeLessThan(900);
    await until(() => server.sockets.size === 0);
  });

  it('sends a request again elsewhere when its connection is reset', async () => {
    await using bad = await serve((request) => request.socket.resetAndDestroy());
    await using good = await serve((_request, response) => response.end('here'));
    await using pool = new HttpConnectionPool({ origins: [bad.origin, good.origin], max: 4 });
    const attempts: HttpAttempt[] = [];
    pool.onAttempt((attempt) => attempts.push(attempt));
    const response = await pool.request({ path: '/' });
    expect(response).toMatchObject({ status: 200, tries: 2, endpoint: { origin: good.origin } });
    expect(attempts.map(({ ok, errorKind }) => [ok, errorKind])).toEqual([
      [false, 'reset'],
      [true, undefined],
    ]);
    expect(pool.counters).toMatchObject({ attempts: 2, attemptFailures: 1, retries: 1, failovers: 1 });
    expect(pool.stats().endpoints[0]?.state).toBe('down');
  });

  it('never repeats a POST that was reset on a new connection', async () => {
    let posts = 0;
    await using bad = await serve((request) => {
      posts += 1;
      request.socket.resetAndDestroy();
    });
    await using good = await serve((_request, response) => response.end());
    await using pool = new HttpConnectionPool({ origins: [bad.origin, good.origin], max: 4 });
    const error = await failureOf(pool.request({ path: '/order', method: 'POST', body: '{}' }));
    expect(error).toMatchObject({ kind: 'reset', attempts: 1 });
    expect(posts).toBe(1);
  });

  it('moves every request off an endpoint that falls silent as soon as one has timed out', async () => {
    let silent = true;
    await using dead = await serve((_request, response) => {
      if (!silent) response.end('late');
    });
    await using alive = await serve((_request, response) => response.end('alive'));
    await using pool = new HttpConnectionPool({
      origins: [dead.origin, alive.origin],
      max: 6,
      requestTimeoutMs: 200,
      cooldownMs: 60_000,
    });
    await pool.start('max');
    const startedAtMs = systemClock.now();
    const first = Array.from({ length: 6 }, () => pool.request({ path: '/' }));
    const responses = await Promise.all(first);
    expect(responses.every(({ endpoint }) => endpoint.origin === alive.origin)).toBe(true);
    expect(systemClock.now() - startedAtMs).toBeLessThan(1500);
    const after = await Promise.all(Array.from({ length: 10 }, () => pool.request({ path: '/' })));
    expect(after.every(({ tries }) => tries === 1)).toBe(true);
    expect(pool.counters.failovers).toBe(1);
    silent = false;
  });

  it('returns a 503 as the response that it is', async () => {
    await using server = await serve((_request, response) => response.writeHead(503).end('busy'));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    expect(await pool.request({ path: '/' })).toMatchObject({ status: 503, tries: 1 });
    expect((await pool.request({ path: '/' })).reused).toBe(true);
  });

  it('ends the requests under way when it is closed, and leaves no socket', async () => {
    await using server = await serve(() => {});
    const pool = new HttpConnectionPool({ origins: [server.origin], max: 2 });
    const failing = [failureOf(pool.request({ path: '/' })), failureOf(pool.request({ path: '/' }))];
    await until(() => server.sockets.size === 2);
    await pool.close();
    for (const error of await Promise.all(failing)) expect(error).toMatchObject({ kind: 'closed' });
    await until(() => server.sockets.size === 0);
    expect(await failureOf(pool.request({ path: '/' }))).toMatchObject({ kind: 'closed', attempts: 0 });
  });

  it('stops waiting when the caller aborts', async () => {
    await using server = await serve(() => {});
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const controller = new AbortController();
    const failing = failureOf(pool.request({ path: '/', signal: controller.signal }));
    await until(() => server.sockets.size === 1);
    controller.abort();
    expect(await failing).toMatchObject({ kind: 'aborted', attempts: 1 });
    expect(pool.stats().endpoints[0]?.state).toBe('up');
  });
});
