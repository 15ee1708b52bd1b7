import { describe, expect, it } from 'vitest';
import {
  HttpConnectionPool,
  type HttpConnectionPoolOptions,
  type HttpRequest,
  PoolError,
} from '../../../src/pool/index.js';
import { serve } from './servers.js';
import { failureOf } from './until.js';

const NAN = Number.NaN;
const origins = ['http://a.test'];

describe('options of an HTTP pool', () => {
  it.each<Partial<HttpConnectionPoolOptions>>([
    { requestTimeoutMs: NAN },
    { connectTimeoutMs: -1 },
    { tries: 1.5 },
    { dns: { ttlMs: NAN } },
    { dns: { ttlMs: -1 } },
    { dns: { timeoutMs: 0 } },
    { dns: { goneAfterLookups: 0 } },
    { dns: { attemptDelayMs: NAN } },
  ])('are refused when wrong, by name and value: %o', (wrong) => {
    const [[name, value] = ['', undefined]] = Object.entries(wrong);
    const [last, given] = value instanceof Object ? (Object.entries(value)[0] ?? []) : [name, value];
    expect(() => new HttpConnectionPool({ origins, max: 1, ...wrong })).toThrow(
      expect.objectContaining({ code: 'E_POOL_OPTIONS', message: expect.stringMatching(`${last} .*got ${given}`) }),
    );
  });

  it('may be left undefined', async () => {
    const dns = { ttlMs: undefined, timeoutMs: undefined } as never;
    const given = { requestTimeoutMs: undefined, dns } as unknown as Partial<HttpConnectionPoolOptions>;
    await using server = await serve((_request, response) => response.end('ok'));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, ...given });
    expect((await pool.request({ path: '/' })).text()).toBe('ok');
  });

  it('may say that a stage has no limit', async () => {
    const none = Number.POSITIVE_INFINITY;
    await using server = await serve((_request, response) => response.end('ok'));
    const origin = `http://venue.test:${new URL(server.origin).port}`;
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 as const }));
    const dns = { resolve: async () => ({ addresses }), attemptDelayMs: none, timeoutMs: none, ttlMs: none };
    await using pool = new HttpConnectionPool({
      origins: [origin],
      max: 1,
      connectTimeoutMs: none,
      requestTimeoutMs: none,
      dns,
    });
    let failures = 0;
    pool.onDialFailure(() => {
      failures += 1;
    });
    expect((await pool.request({ path: '/' })).text()).toBe('ok');
    expect(failures).toBe(0);
  });
});

describe('options of a request', () => {
  it.each<Partial<HttpRequest>>([
    { timeoutMs: NAN },
    { timeoutMs: -5 },
    { hedgeAfterMs: NAN },
    { hedgeAfterMs: -5 },
    { maxResponseBytes: NAN },
    { maxResponseBytes: -1 },
  ])('are refused when wrong, and nothing is sent: %o', async (wrong) => {
    let requests = 0;
    await using server = await serve((_request, response) => {
      requests += 1;
      response.end();
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const error = await failureOf(pool.request({ path: '/', ...wrong }));
    const [[name, value] = []] = Object.entries(wrong) as [string, number][];
    expect(error).toBeInstanceOf(PoolError);
    expect(error).toMatchObject({
      code: 'E_POOL_OPTIONS',
      message: expect.stringMatching(`${name} .*got ${String(value)}`),
    });
    expect(requests).toBe(0);
  });

  it('may ask for a hedge that never comes', async () => {
    let requests = 0;
    await using server = await serve((_request, response) => {
      requests += 1;
      setTimeout(() => response.end('ok'), 50);
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 2 });
    await pool.request({ path: '/', hedgeAfterMs: Number.POSITIVE_INFINITY });
    await pool.request({ path: '/', hedgeAfterMs: 3e9, timeoutMs: Number.POSITIVE_INFINITY });
    expect(requests).toBe(2);
    expect(pool.counters.hedged).toBe(0);
  });
});
