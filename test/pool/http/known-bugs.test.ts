import { chai, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/index.js';
import { HttpConnectionPool, type HttpConnectionPoolOptions, HttpRequestError } from '../../../src/pool/index.js';
import {
  deadButCounted,
  deadlineIgnoredInQueue,
  expiredButCounted,
  idleClosedByPeer,
  type OpenHttpPool,
  PooledHttp,
  signalIgnoredInQueue,
  unreadBody,
} from './known-bug-scenarios.js';
import { NaiveHttpPool } from './naive-http-pool.js';
import { answer, raw } from './raw-server.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

/** The well-known bugs of connection pools that HTTP has in its own way, by their number in the list of them. */
const KNOWN_BUGS = [
  [11, expiredButCounted],
  [12, deadlineIgnoredInQueue],
  [12, signalIgnoredInQueue],
  [13, unreadBody],
  [14, idleClosedByPeer],
  [15, deadButCounted],
] as const;

const openOurs: OpenHttpPool = (origin, settings) => new PooledHttp(origin, settings);
const openNaive: OpenHttpPool = (origin, settings) => new NaiveHttpPool(origin, settings);

describe('this pool', () => {
  for (const [number, { name, run }] of KNOWN_BUGS) {
    it(`has not known bug ${number}: ${name}`, () => run(openOurs));
  }
});

// What these wait for never comes, so they wait together.
describe.concurrent('a naive pool', () => {
  for (const [number, { name, symptom, run }] of KNOWN_BUGS) {
    it(`is seen to have known bug ${number}: ${name}`, async ({ expect }) => {
      const failure: unknown = await run(openNaive).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(chai.AssertionError);
      expect(failure).toHaveProperty('message', expect.stringMatching(new RegExp(`^${symptom}: `)));
    });
  }
});

describe('a naive pool', () => {
  it('does what a pool is for, as long as nothing goes wrong', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const pool = openNaive(server.origin, { max: 2 });
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all([1, 2, 3, 4].map(() => pool.request({ path: '/' })));
      expect(answers).toEqual(['ok', 'ok', 'ok', 'ok']);
    }
    expect(server.accepted).toHaveLength(2);
    await pool.close();
  });
});

const pooled = (origin: string, options: Partial<HttpConnectionPoolOptions> = {}): HttpConnectionPool =>
  new HttpConnectionPool({ origins: [origin], max: 1, ...options });

describe('a queued request', () => {
  it('is covered by its own deadline, to some milliseconds', async () => {
    await using server = await serve(() => {});
    await using pool = pooled(server.origin);
    const first = failureOf(pool.request({ path: '/hangs' }));
    await until(() => server.sockets.size === 1);
    const startedAtMs = systemClock.now();
    expect(await failureOf(pool.request({ path: '/waits', timeoutMs: 120 }))).toMatchObject({
      kind: 'timeout',
      attempts: 0,
    });
    expect(systemClock.now() - startedAtMs).toBeLessThan(800);
    await pool.close();
    await first;
  });

  it('heeds its signal while it waits, and frees its place', async () => {
    await using server = await serve(() => {});
    await using pool = pooled(server.origin, { maxPending: 1 });
    const first = failureOf(pool.request({ path: '/hangs' }));
    await until(() => server.sockets.size === 1);
    const signal = AbortSignal.timeout(50);
    const error = await failureOf(pool.request({ path: '/waits', signal }));
    expect(error).toMatchObject({ kind: 'aborted', attempts: 0, cause: signal.reason as Error });
    expect(pool.stats().gauges.pending).toBe(0);
    await pool.close();
    await first;
  });
});

describe('an idle connection that the server closes', () => {
  it('costs an idempotent request one more try and no error, when it happens under the request', async () => {
    await using server = await raw((socket, index) => {
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (index === 0 && requests === 2) socket.end();
        else socket.write(answer(`connection ${index}`));
      });
    });
    await using pool = pooled(server.origin);
    expect((await pool.request({ path: '/' })).text()).toBe('connection 0');
    const response = await pool.request({ path: '/' });
    expect(response).toMatchObject({ tries: 2, reused: false });
    expect(response.text()).toBe('connection 1');
    expect(pool.counters).toMatchObject({ retries: 1, attempts: 3, attemptFailures: 1 });
    expect(pool.stats().endpoints[0]?.state).toBe('up');
  });

  it.each([
    ['a POST', { method: 'POST', body: 'order' }, 0],
    ['a request that had part of its answer', { method: 'GET' }, 20],
    ['a GET that its caller says is not idempotent', { method: 'GET', idempotent: false }, 0],
  ])('never repeats %s', async (_name, request, bytes) => {
    let requests = 0;
    await using server = await raw((socket) => {
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write(answer('first'));
        else socket.end(answer('second').slice(0, bytes));
      });
    });
    await using pool = pooled(server.origin);
    await pool.request({ path: '/' });
    expect(await failureOf(pool.request({ path: '/', ...request }))).toMatchObject({ kind: 'reset', attempts: 1 });
    expect(requests).toBe(2);
  });

  it('does not repeat a request a second time', async () => {
    let requests = 0;
    await using server = await raw((socket, index) => {
      socket.on('data', () => {
        requests += 1;
        if (index === 0 && requests === 1) socket.write(answer('first'));
        else socket.end();
      });
    });
    await using pool = pooled(server.origin);
    await pool.request({ path: '/' });
    expect(await failureOf(pool.request({ path: '/' }))).toMatchObject({ kind: 'reset', attempts: 2 });
    expect(requests).toBe(3);
  });
});

describe('the limits of single phases', () => {
  it.each([
    ['headers', { headersTimeoutMs: 130 }, ''],
    ['body', { bodyTimeoutMs: 130 }, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome'],
    ['total', { requestTimeoutMs: 130 }, 'HTTP/1.1 200 OK\r\n'],
  ])('end phase %s within milliseconds, where undici takes whole seconds', async (phase, options, bytes) => {
    await using server = await raw((socket) => socket.on('data', () => socket.write(bytes)));
    await using pool = pooled(server.origin, options);
    const startedAtMs = systemClock.now();
    const error = await failureOf(pool.request({ path: '/' }));
    const tookMs = systemClock.now() - startedAtMs;
    expect(error).toBeInstanceOf(HttpRequestError);
    expect(error).toMatchObject({ kind: 'timeout', phase });
    expect(tookMs).toBeGreaterThanOrEqual(129);
    expect(tookMs).toBeLessThan(900);
  });

  it('end a request whose body the server does not take', async () => {
    await using server = await raw((socket) => socket.pause());
    await using pool = pooled(server.origin, { sendTimeoutMs: 200 });
    const body = Buffer.alloc(32 << 20);
    const error = await failureOf(pool.request({ path: '/', method: 'POST', body }));
    expect(error).toMatchObject({ kind: 'timeout', phase: 'send' });
  });

  it('end a TLS handshake that the server leaves open', async () => {
    await using server = await raw(() => {});
    const origin = server.origin.replace('http:', 'https:');
    await using pool = pooled(origin, { tlsTimeoutMs: 60, dialTimeoutMs: 5000 });
    const stages: string[] = [];
    pool.onDialFailure(({ stage, errorKind }) => stages.push(`${stage} ${errorKind}`));
    await failureOf(pool.request({ path: '/', timeoutMs: 300 }));
    expect(stages[0]).toBe('tls timeout');
  });
});

describe('the end of a connection', () => {
  it('is not a failure of the request after it, whichever way the server announces it', async () => {
    const closing = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok`;
    const old = 'HTTP/1.0 200 OK\r\n';
    const responses = [closing, `${old}\r\nok`, `${old}content-length: 2\r\n\r\nok`];
    await using server = await raw((socket, index) => {
      socket.on('data', () => socket.end(responses[index % 3] ?? ''));
    });
    await using pool = pooled(server.origin);
    for (let i = 0; i < 9; i += 1) expect((await pool.request({ path: '/', method: 'POST' })).text()).toBe('ok');
    expect(server.sockets).toHaveLength(9);
    expect(pool.counters.attemptFailures).toBe(0);
  });

  it('is foreseen when the server announces it: such a connection is not lent again', async () => {
    await using server = await serve((_request, response) =>
      response.writeHead(200, { connection: 'close' }).end('ok'),
    );
    await using pool = pooled(server.origin);
    for (let i = 0; i < 5; i += 1) await pool.request({ path: '/' });
    expect(pool.stats()).toMatchObject({ uses: 5, reuses: 0, opened: 5 });
  });

  it('comes after a HEAD, since a server may send a body where none belongs', async () => {
    await using server = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': 4 }).end('body'),
    );
    await using pool = pooled(server.origin);
    const response = await pool.request({ path: '/', method: 'HEAD' });
    expect(response).toMatchObject({ status: 200, headers: { 'content-length': '4' } });
    expect(response.body).toHaveLength(0);
    expect((await pool.request({ path: '/' })).text()).toBe('body');
  });

  it('leaves no connection behind that is dead and counted', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    await using pool = pooled(server.origin, { max: 4 });
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([1, 2, 3, 4].map(() => pool.request({ path: '/' })));
      for (const socket of server.sockets) socket.destroy();
      await until(() => pool.stats().gauges.open === 0);
    }
    const { opened, closed } = pool.stats();
    expect(opened).toBe(Object.values(closed).reduce((sum, count) => sum + count, 0));
  });
});

describe('bytes that nobody asked for', () => {
  const unasked = 'HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n';

  it.each([
    ['after a response', `${answer('mine')}${answer('not mine')}`, ''],
    ['on an idle connection', answer('mine'), unasked],
    ['in place of a response', 'this is not HTTP\r\n\r\n', ''],
  ])('%s are never taken for the answer to the next request', async (_name, bytes, later) => {
    await using server = await raw((socket, index) => {
      socket.on('data', () => {
        socket.write(index === 0 ? bytes : answer('mine'));
        if (index === 0 && later !== '') setTimeout(() => socket.end(later), 20);
      });
    });
    await using pool = pooled(server.origin);
    const outcome = (): Promise<string> =>
      pool.request({ path: '/' }).then(
        (response) => response.text(),
        (error: HttpRequestError) => error.kind,
      );
    const first = await outcome();
    if (later !== '') await until(() => pool.stats().gauges.open === 0);
    expect([first, await outcome(), await outcome()]).toEqual([first, 'mine', 'mine']);
    expect(first).toBe(bytes.startsWith('HTTP') ? 'mine' : 'protocol');
  });
});

describe('a connection at the end of its life', () => {
  it('is replaced without a request that waits for ever, also under load and with one place', async () => {
    await using server = await serve((_request, response) => void setTimeout(() => response.end('ok'), 3));
    await using pool = pooled(server.origin, { maxLifetimeMs: 25 });
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 20; i += 1) expect((await pool.request({ path: '/', timeoutMs: 5000 })).text()).toBe('ok');
    };
    await Promise.all([worker(), worker(), worker()]);
    expect(pool.stats().closed.lifetime).toBeGreaterThan(1);
    expect(pool.counters).toMatchObject({ attempts: 60, attemptFailures: 0 });
  });

  it('may come with an answer before the request was written out', async () => {
    await using server = await raw((socket) => {
      socket.once('data', () => socket.write(answer('too large')));
    });
    await using pool = pooled(server.origin);
    for (let i = 0; i < 3; i += 1) {
      const body = Buffer.alloc(8 << 20);
      const response = await pool.request({ path: '/', method: 'POST', body });
      expect(response.text()).toBe('too large');
    }
    expect(pool.counters.attemptFailures).toBe(0);
  });
});

describe('a request that cannot be', () => {
  it('fails without costing a connection', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    await using pool = pooled(server.origin);
    for (let i = 0; i < 5; i += 1) {
      const failed = failureOf(pool.request({ path: '/', headers: { 'not a name': 'x' } }));
      expect(await failed).toMatchObject({ kind: 'protocol' });
    }
    expect((await pool.request({ path: '/' })).status).toBe(200);
    expect(server.accepted).toHaveLength(1);
  });
});
