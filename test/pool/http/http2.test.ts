import { describe, expect, it } from 'vitest';
import {
  type HttpConnectionEvent,
  HttpConnectionPool,
  type HttpConnectionPoolOptions,
} from '../../../src/pool/index.js';
import { Http2TestServer, reply } from './http2-server.js';
import { selfSigned } from './certificate.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

type Options = Partial<HttpConnectionPoolOptions>;

const poolOf = ({ origin, ca }: Http2TestServer, options: Options = {}): HttpConnectionPool =>
  new HttpConnectionPool({ origins: [origin], tls: { ca }, max: 2, http2: true, ...options });

const times = <V>(count: number, make: (index: number) => V): V[] => Array.from({ length: count }, (_, i) => make(i));

describe('an HTTP pool with http2', () => {
  it('has many requests at a time on one connection, and both sides count the same', async () => {
    await using server = await Http2TestServer.start((stream) => void setTimeout(() => reply(stream, 'pong'), 20));
    await using pool = poolOf(server);
    const events: HttpConnectionEvent[] = [];
    pool.onConnection((event) => events.push(event));
    const responses = await Promise.all(times(50, (i) => pool.request({ path: `/${i}` })));
    expect(responses.every(({ status, body }) => status === 200 && body.toString() === 'pong')).toBe(true);
    expect((await pool.request({ path: '/again' })).reused).toBe(true);
    expect(server.mostStreams).toBe(50);
    expect(new Set(server.paths).size).toBe(51);
    expect(pool.stats()).toMatchObject({ opened: 1, uses: 51, reuses: 50, gauges: { open: 1, used: 0 } });
    expect(pool.stats().setupPartsMs.upgradeMs).toBeGreaterThan(0);
    await pool.close();
    expect(events).toMatchObject([
      { kind: 'opened', localPort: server.accepted[0] },
      { kind: 'closed', requestsSent: 51, responsesReceived: 51 },
    ]);
    await until(() => server.sockets.size === 0);
  });

  it.each([
    ['the server allows', { settings: { maxConcurrentStreams: 5 } }, {}],
    ['the pool wants', {}, { streamsPerConnection: 5 }],
  ])('has no more streams on a connection than %s', async (_who, serverOptions, options) => {
    const answer = (stream: Parameters<typeof reply>[0]): unknown => setTimeout(() => reply(stream), 30);
    await using server = await Http2TestServer.start(answer, serverOptions);
    await using pool = poolOf(server, options);
    await Promise.all(times(30, (i) => pool.request({ path: `/${i}` })));
    expect(server.mostStreams).toBe(5);
    expect(server.sessions).toHaveLength(2);
    expect(pool.counters).toMatchObject({ attempts: 30, attemptFailures: 0 });
  });

  it('keeps to a limit that the server lowers and raises while it is connected', async () => {
    const answer = (stream: Parameters<typeof reply>[0]): unknown => setTimeout(() => reply(stream), 10);
    await using server = await Http2TestServer.start(answer, { settings: { maxConcurrentStreams: 20 } });
    await using pool = poolOf(server, { max: 1 });
    await Promise.all(times(40, (i) => pool.request({ path: `/a${i}` })));
    expect(server.mostStreams).toBe(20);
    for (const limit of [3, 12]) {
      await new Promise<void>((resolve) => {
        server.sessions[0]?.settings({ maxConcurrentStreams: limit }, () => resolve());
      });
      server.mostStreams = 0;
      await Promise.all(times(40, (i) => pool.request({ path: `/${limit}-${i}` })));
      expect(server.mostStreams).toBe(limit);
    }
    expect(server.sessions).toHaveLength(1);
    expect(pool.counters).toMatchObject({ attempts: 120, attemptFailures: 0 });
  });

  it('falls back to HTTP/1.1 on the same dial, one request a connection', async () => {
    const identity = await selfSigned();
    let most = 0;
    let now = 0;
    const busy = new Map<unknown, number>();
    await using server = await serve((request, response) => {
      busy.set(request.socket, (busy.get(request.socket) ?? 0) + 1);
      now = Math.max(...busy.values());
      most = Math.max(most, now);
      setTimeout(() => {
        busy.set(request.socket, (busy.get(request.socket) ?? 0) - 1);
        response.end('one');
      }, 30);
    }, identity);
    const origins = [server.origin];
    await using pool = new HttpConnectionPool({ origins, tls: { ca: identity.cert }, max: 6, http2: true });
    await Promise.all(times(30, (i) => pool.request({ path: `/${i}` })));
    expect(most).toBe(1);
    expect(server.accepted.length).toBeGreaterThan(1);
    expect(server.accepted.length).toBeLessThanOrEqual(6);
    expect(pool.stats()).toMatchObject({ uses: 30, dialFailures: 0 });
  });

  it('does not offer HTTP/2 unless it is asked to', async () => {
    const identity = await selfSigned();
    await using server = await Http2TestServer.start((stream) => reply(stream), { allowHTTP1: false });
    const tls = { ca: server.ca };
    await using pool = new HttpConnectionPool({ origins: [server.origin], tls, max: 1 });
    expect(await failureOf(pool.request({ path: '/', timeoutMs: 300 }))).toMatchObject({ attempts: 0 });
    expect(server.sessions).toHaveLength(0);
    expect(identity.cert).not.toBe(server.ca);
  });
});
