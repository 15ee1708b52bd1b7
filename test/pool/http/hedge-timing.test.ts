import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { HttpConnectionPool } from '../../../src/pool/index.js';
import { serve, type TestServer } from './servers.js';
import { until } from './until.js';

interface Held {
  readonly answer: (body: string) => void;
  readonly reset: () => void;
}

describe('when a hedge is sent', () => {
  let clock: FakeClock;
  let server: TestServer;
  let pool: HttpConnectionPool;
  let held: Held[];

  beforeEach(async () => {
    clock = new FakeClock();
    held = [];
    server = await serve((request, response) => {
      held.push({ answer: (body) => response.end(body), reset: () => request.socket.resetAndDestroy() });
    });
  });

  afterEach(async () => {
    await pool.close();
    await server[Symbol.asyncDispose]();
  });

  const open = (max: number): void => {
    pool = new HttpConnectionPool({ origins: [server.origin], max, maxPending: 6, clock });
  };
  const arrived = async (index: number): Promise<Held> => {
    await until(() => held.length > index);
    const one = held[index];
    if (!one) throw new Error('nothing arrived');
    return one;
  };
  const text = async (response: ReturnType<HttpConnectionPool['request']>): Promise<string> => (await response).text();
  const hedged = (): Promise<string> => text(pool.request({ path: '/', hedgeAfterMs: 100 }));

  it('those whose first request waits for a connection take no further places of the queue', async () => {
    open(1);
    const hedges = Array.from({ length: 4 }, hedged);
    await arrived(0);
    await clock.advance(500);
    // Three wait, and the hedge of the one that is under way.
    expect(pool.stats().gauges.pending).toBe(4);
    const all = [...hedges, text(pool.request({ path: '/' }))];
    for (let i = 0; i < 5; i += 1) (await arrived(i)).answer(`${i}`);
    expect((await Promise.all(all)).toSorted()).toEqual(['0', '1', '2', '3', '4']);
    expect(held).toHaveLength(5);
    // None of them ever had a connection.
    expect(pool.counters).toMatchObject({ attempts: 5, hedged: 0, hedgesWon: 0 });
  });

  it('counts from when the first request has a connection, not from the call', async () => {
    open(2);
    const others = [1, 2].map(() => text(pool.request({ path: '/' })));
    await arrived(1);
    const late = hedged();
    await clock.advance(500);
    expect(pool.stats().gauges.pending).toBe(1);
    held[0]?.answer('a');
    held[1]?.answer('b');
    await Promise.all(others);
    await arrived(2);
    await clock.advance(99);
    expect(pool.counters.hedged).toBe(0);
    await clock.advance(1);
    expect(pool.counters.hedged).toBe(1);
    (await arrived(3)).answer('hedge');
    expect(await late).toBe('hedge');
    expect(pool.counters).toMatchObject({ attempts: 4, hedged: 1, hedgesWon: 1 });
  });

  it('not while the first request looks for another connection', async () => {
    open(1);
    const warm = text(pool.request({ path: '/' }));
    (await arrived(0)).answer('warm');
    await warm;
    const twice = hedged();
    const first = await arrived(1);
    await clock.advance(50);
    const plain = text(pool.request({ path: '/' }));
    first.reset();
    const second = await arrived(2);
    await clock.advance(500);
    expect(pool.stats().gauges.pending).toBe(1);
    second.answer('plain');
    (await arrived(3)).answer('again');
    expect(await Promise.all([plain, twice])).toEqual(['plain', 'again']);
    expect(pool.counters).toMatchObject({ attempts: 4, hedged: 0, retries: 1 });
  });
});
