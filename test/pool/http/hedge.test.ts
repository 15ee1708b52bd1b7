import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/index.js';
import { HttpConnectionPool } from '../../../src/pool/index.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

const after =
  (ms: number, body: string): RequestListener =>
  (_request, response) =>
    void setTimeout(() => response.end(body), ms);

describe('a hedged request', () => {
  it('is answered by the second endpoint when the first is slow, and gives the first one up', async () => {
    await using slow = await serve(() => {});
    await using fast = await serve(after(0, 'fast'));
    await using pool = new HttpConnectionPool({ origins: [slow.origin, fast.origin], max: 2 });
    await pool.start('max');
    const startedAtMs = systemClock.now();
    // Two at once, so that one of them meets the slow endpoint.
    for (let i = 0; i < 3; i += 1) {
      const both = await Promise.all([1, 2].map(() => pool.request({ path: '/', hedgeAfterMs: 30 })));
      expect(both.map((response) => response.text())).toEqual(['fast', 'fast']);
    }
    expect(systemClock.now() - startedAtMs).toBeLessThan(2000);
    const { hedged, hedgesWon } = pool.counters;
    expect(hedgesWon).toBeGreaterThan(0);
    expect(hedged).toBeGreaterThanOrEqual(hedgesWon);
    await until(() => pool.stats().gauges.used === 0 && pool.stats().gauges.pending === 0);
    expect(pool.stats().endpoints.map(({ state }) => state)).toEqual(['up', 'up']);
  });

  it('is sent once when the answer comes in time, and never twice when it is not idempotent', async () => {
    let requests = 0;
    await using server = await serve((request, response) => {
      requests += 1;
      after(request.method === 'POST' ? 60 : 0, 'ok')(request, response);
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 4 });
    await pool.request({ path: '/', hedgeAfterMs: 1000 });
    await pool.request({ path: '/', method: 'POST', hedgeAfterMs: 10 });
    expect(requests).toBe(2);
    expect(pool.counters.hedged).toBe(0);
  });

  it('lets the first one win when it is sooner after all', async () => {
    let requests = 0;
    await using server = await serve((request, response) => {
      requests += 1;
      after(requests === 1 ? 80 : 5000, `answer ${requests}`)(request, response);
    });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 2 });
    expect((await pool.request({ path: '/', hedgeAfterMs: 20 })).text()).toBe('answer 1');
    expect(pool.counters).toMatchObject({ hedged: 1, hedgesWon: 0 });
  });

  it('fails when both have failed, and when its caller aborts', async () => {
    await using server = await serve(() => {});
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 2, requestTimeoutMs: 60 });
    expect(await failureOf(pool.request({ path: '/', hedgeAfterMs: 20 }))).toMatchObject({ kind: 'timeout' });
    const signal = AbortSignal.timeout(30);
    const aborted = await failureOf(pool.request({ path: '/', hedgeAfterMs: 10, signal }));
    expect(aborted).toMatchObject({ kind: 'aborted', cause: signal.reason as Error });
    await until(() => pool.stats().gauges.used === 0);
  });
});
