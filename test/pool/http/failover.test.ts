import { describe, expect, it } from 'vitest';
import { seededRandom, systemClock } from '../../../src/base/index.js';
import { type HttpBudget, HttpConnectionPool, WeightBudget } from '../../../src/pool/index.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

describe('requests over several endpoints', () => {
  it('are all answered while connections are reset at random, when they can be repeated safely', async () => {
    const random = seededRandom('resets');
    await using shaky = await serve((request, response) => {
      if (random.next() < 0.2) request.socket.resetAndDestroy();
      else response.end('shaky');
    });
    await using steady = await serve((_request, response) => response.end('steady'));
    await using pool = new HttpConnectionPool({
      origins: [shaky.origin, steady.origin],
      max: 8,
      cooldownMs: 20,
      dialBackoff: { firstMs: 1, maxMs: 10 },
    });
    const failures: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 60; i += 1) await pool.request({ path: '/' }).catch((error: unknown) => failures.push(error));
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(failures).toEqual([]);
    const { attempts, retries, attemptFailures } = pool.counters;
    expect(attempts).toBe(480 + retries);
    expect(attemptFailures).toBe(retries);
    expect(retries).toBeGreaterThan(0);
  });

  it.each(['refused', 'reset'] as const)('go elsewhere within milliseconds when an endpoint is %s', async (fault) => {
    let broken = false;
    await using failing = await serve((request, response) => {
      if (broken) request.socket.resetAndDestroy();
      else response.end('a');
    });
    await using alive = await serve((_request, response) => response.end('b'));
    await using pool = new HttpConnectionPool({ origins: [failing.origin, alive.origin], max: 4, cooldownMs: 60_000 });
    await pool.start('max');
    broken = true;
    if (fault === 'refused') await failing[Symbol.asyncDispose]();
    const startedAtMs = systemClock.now();
    const responses = await Promise.all(Array.from({ length: 40 }, () => pool.request({ path: '/' })));
    expect(responses.every((response) => response.text() === 'b')).toBe(true);
    expect(systemClock.now() - startedAtMs).toBeLessThan(1000);
  });

  it('leave a silent endpoint together, those too whose own time is not up', async () => {
    await using silent = await serve(() => {});
    await using alive = await serve((_request, response) => response.end('ok'));
    await using pool = new HttpConnectionPool({
      origins: [silent.origin, alive.origin],
      max: 8,
      requestTimeoutMs: 500,
      cooldownMs: 60_000,
      idleOrder: 'fifo',
    });
    await pool.start('max');
    const results = Array.from({ length: 8 }, async (_, index) => {
      await new Promise((resolve) => {
        setTimeout(resolve, index * 50);
      });
      const startedAtMs = systemClock.now();
      const { tries } = await pool.request({ path: '/' });
      return { tries, tookMs: systemClock.now() - startedAtMs };
    });
    const moved = (await Promise.all(results)).filter(({ tries }) => tries === 2);
    expect(moved.length).toBeGreaterThan(1);
    expect(Math.min(...moved.map(({ tookMs }) => tookMs))).toBeLessThan(450);
    expect(pool.counters.failovers).toBe(1);
  });

  it('leave an endpoint that always answers 503, and get its answers as they are until then', async () => {
    await using bad = await serve((_request, response) => response.writeHead(503).end());
    await using good = await serve((_request, response) => response.end('ok'));
    await using pool = new HttpConnectionPool({ origins: [bad.origin, good.origin], max: 4, cooldownMs: 60_000 });
    await pool.start('max');
    const statuses: number[] = [];
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 100; i += 1) statuses.push((await pool.request({ path: '/' })).status);
    };
    await Promise.all([1, 2, 3, 4].map(worker));
    expect(statuses.filter((status) => status === 503).length).toBeLessThan(40);
    expect(statuses.slice(-100)).not.toContain(503);
  });
});

describe('a pool with a budget', () => {
  it('respects Retry-After: holds requests back, refuses what cannot wait, and sends nothing meanwhile', async () => {
    const arrivals: number[] = [];
    await using server = await serve((_request, response) => {
      arrivals.push(systemClock.now());
      if (arrivals.length === 1) response.writeHead(429, { 'retry-after': '1' }).end();
      else response.end('ok');
    });
    const budget = new WeightBudget({ limit: 100 });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 4, budget });
    expect((await pool.request({ path: '/' })).status).toBe(429);
    const hasty = await failureOf(pool.request({ path: '/', timeoutMs: 500 }));
    expect(hasty).toMatchObject({ name: 'HttpBudgetError', kind: 'queueFull', attempts: 0 });
    expect((await pool.request({ path: '/' })).status).toBe(200);
    const [first = 0, second = 0] = arrivals;
    expect(second - first).toBeGreaterThanOrEqual(999);
    expect(pool.counters).toMatchObject({ held: 1, refused: 1 });
  });

  it('keeps below the weight that the server counts, with requests from elsewhere in it', async () => {
    let used = 90;
    await using server = await serve((_request, response) => {
      used += 1;
      response.writeHead(200, { 'x-mbx-used-weight-1m': String(used) }).end();
    });
    const budget = new WeightBudget({ limit: 100, whenSpent: 'fail' });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 2, budget });
    const outcomes: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      const outcome = await pool.request({ path: '/' }).then(
        () => 'sent',
        () => 'refused',
      );
      outcomes.push(outcome);
    }
    expect(outcomes.filter((outcome) => outcome === 'sent')).toHaveLength(10);
    expect(used).toBe(100);
  });

  it('is told of every request that gets no response', async () => {
    await using server = await serve((request) => request.socket.resetAndDestroy());
    const told: string[] = [];
    const budget: HttpBudget = {
      ask: () => ({ waitMs: 0 }),
      sent: ({ path }) => told.push(`${path} sent`),
      answered: ({ path }) => told.push(`${path} answered`),
      dropped: ({ path }) => told.push(`${path} dropped`),
    };
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, budget });
    await failureOf(pool.request({ path: '/reset' }));
    await failureOf(pool.request({ path: '/no connection', timeoutMs: 0 }));
    expect(told).toEqual(['/reset sent', '/reset dropped', '/no connection sent', '/no connection dropped']);
  });

  it('does not count a request that was aborted while it was held', async () => {
    await using server = await serve((_request, response) => response.end());
    const told: string[] = [];
    let open = false;
    const budget: HttpBudget = {
      ask: () => ({ waitMs: open ? 0 : 20 }),
      sent: ({ path }) => told.push(path),
      answered: () => {},
    };
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, budget });
    const controller = new AbortController();
    const aborted = failureOf(pool.request({ path: '/aborted', signal: controller.signal }));
    const next = pool.request({ path: '/next' });
    controller.abort();
    expect(await aborted).toMatchObject({ kind: 'aborted', attempts: 0 });
    open = true;
    expect((await next).status).toBe(200);
    expect(told).toEqual(['/next']);
  });

  it('turns those who wait at the gate away when it closes', async () => {
    await using server = await serve((_request, response) => response.writeHead(429, { 'retry-after': '5' }).end());
    const budget = new WeightBudget({ limit: 100 });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, budget });
    await pool.request({ path: '/' });
    const waiting = failureOf(pool.request({ path: '/' }));
    const controller = new AbortController();
    const leaving = failureOf(pool.request({ path: '/', signal: controller.signal }));
    await until(() => pool.counters.held === 2);
    controller.abort();
    expect(await leaving).toMatchObject({ kind: 'aborted' });
    await pool.close();
    expect(await waiting).toMatchObject({ kind: 'closed', attempts: 0 });
  });
});
