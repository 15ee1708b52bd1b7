import { fetch } from 'undici';
import { describe, expect, it } from 'vitest';
import { HttpConnectionPool, WeightBudget } from '../../../../src/pool/index.js';
import { answer, raw } from '../raw-server.js';
import { serve } from '../servers.js';
import { failureOf, until } from '../until.js';

describe('the time that a request may wait for a connection', () => {
  it('is acquireTimeoutMs, when that is shorter than the time of the request', async () => {
    await using server = await serve(() => {});
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, acquireTimeoutMs: 60 });
    const held = failureOf(pool.request({ path: '/', timeoutMs: 3000 }));
    await until(() => pool.stats().gauges.used === 1);
    const failure = await failureOf(pool.request({ path: '/', timeoutMs: 3000 }));
    expect(failure).toMatchObject({ kind: 'timeout', attempts: 0 });
    expect((failure as Error).message).toContain('within 60 ms');
    await pool.close();
    await held;
  });

  it('ends when the request is aborted through the dispatcher, and the place in the queue is free again', async () => {
    await using server = await serve(() => {});
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, maxPending: 1 });
    const held = failureOf(fetch(server.origin, { dispatcher: pool.dispatcher }));
    await until(() => pool.stats().gauges.used === 1);
    const controller = new AbortController();
    const waiting = failureOf(fetch(server.origin, { dispatcher: pool.dispatcher, signal: controller.signal }));
    await until(() => pool.stats().gauges.pending === 1);
    controller.abort();
    expect(await waiting).toMatchObject({ name: 'AbortError' });
    expect(pool.stats()).toMatchObject({ gauges: { pending: 0 }, acquires: { aborted: 1 } });
    await pool.close();
    await held;
  });
});

describe('draining', () => {
  it('sees a request through whose connection is reset meanwhile', async () => {
    let requests = 0;
    await using server = await raw((socket) =>
      socket.on('data', () => {
        requests += 1;
        if (requests === 2) setTimeout(() => socket.resetAndDestroy(), 30);
        else socket.write(answer('ok'));
      }),
    );
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    await pool.request({ path: '/' });
    const late = pool.request({ path: '/' });
    const drained = pool.drain(3000);
    expect((await late).text()).toBe('ok');
    expect(await drained).toBe(true);
  });

  it('serves what the budget holds back, and lets nothing new in', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const budget = new WeightBudget({ limit: 1, windowMs: 60, weightOf: () => 1 });
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1, budget });
    await pool.request({ path: '/' });
    const held = pool.request({ path: '/' });
    const drained = pool.drain(3000);
    expect(await failureOf(pool.request({ path: '/' }))).toMatchObject({ kind: 'closed' });
    expect((await held).text()).toBe('ok');
    expect(await drained).toBe(true);
  });

  it('is false when a request outlasts it, and leaves nothing open', async () => {
    await using server = await serve(() => {});
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const stuck = failureOf(pool.request({ path: '/' }));
    await until(() => server.sockets.size === 1);
    expect(await pool.drain(50)).toBe(false);
    expect(await stuck).toMatchObject({ kind: 'closed' });
    expect(pool.stats().gauges).toEqual({ open: 0, used: 0, pending: 0, dialing: 0 });
  });
});

describe('destroying the dispatcher', () => {
  it('ends its requests with the error that was given', async () => {
    await using server = await serve(() => {});
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const { dispatcher } = pool;
    const own = new Error('enough');
    const stuck = failureOf(pool.request({ path: '/' }));
    await until(() => server.sockets.size === 1);
    expect([dispatcher.closed, dispatcher.destroyed]).toEqual([false, false]);
    await dispatcher.destroy(own);
    expect(await stuck).toBe(own);
    expect([dispatcher.closed, dispatcher.destroyed]).toEqual([true, true]);
  });

  it('names its origins to whoever asks for something that is none', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    await using pool = new HttpConnectionPool({ origins: [server.origin], max: 1 });
    const failure = await new Promise<Error>((resolve) => {
      pool.dispatch(
        { origin: 'nonsense', path: '/', method: 'GET' },
        { onRequestStart() {}, onResponseError: (_controller, error) => resolve(error) },
      );
    });
    expect(failure.message).toBe(`nonsense is not an origin of this pool (${server.origin})`);
  });
});
