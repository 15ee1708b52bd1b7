import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FakeConnection } from '../../../src/pool/testing.js';
import { codeOf, type Scene, setUp, watch } from '../harness.js';

const bug = new Error('a bug of the factory');
const throws = (): never => {
  throw bug;
};

describe('a factory', () => {
  const uncaught: unknown[] = [];
  beforeEach(() => {
    uncaught.length = 0;
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      void Promise.resolve()
        .then(task)
        .catch((error: unknown) => uncaught.push(error));
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** One use of the one place, and whether the next caller gets it. */
  async function usedTwice({ clock, pool }: Scene): Promise<boolean> {
    const first = watch(pool.acquire());
    await clock.advance(20);
    first.value?.release({ broken: true });
    const second = watch(pool.acquire());
    await clock.advance(20);
    return second.value !== undefined;
  }

  it.each<[string, object, number]>([
    ['onClosed throws', { onClosed: throws }, 2],
    ['close throws', { close: throws }, 1],
    ['close rejects', { close: () => Promise.reject(bug) }, 1],
  ])('whose %s surfaces once for each and costs no place', async (_what, change, times) => {
    const scene = setUp({ max: 1 });
    Object.assign(scene.factory, change);
    expect(await usedTwice(scene)).toBe(true);
    expect(uncaught).toEqual(Array.from({ length: times }, () => bug));
  });

  it('whose capacity throws carries what the pool allows', async () => {
    const { clock, factory, pool } = setUp({ max: 1, leasesPerConnection: 3 });
    Object.assign(factory, { capacity: throws });
    const leases = [1, 2, 3, 4].map(() => watch(pool.acquire()));
    await clock.advance(20);
    expect(leases.filter(({ value }) => value)).toHaveLength(3);
    expect(uncaught.length).toBeGreaterThan(0);
  });

  it('whose close throws for a connection that came too late surfaces once', async () => {
    const { clock, factory, pool } = setUp({ max: 1, dialTimeoutMs: 5 });
    factory.behaviour = 'manual';
    Object.assign(factory, { close: throws });
    watch(pool.acquire());
    await clock.advance(6);
    factory.dials[0]?.open();
    await clock.advance(0);
    expect(uncaught).toEqual([bug]);
  });

  it('that connects to nothing has failed to dial', async () => {
    const { clock, factory, pool } = setUp({ max: 1, acquireTimeoutMs: 100 });
    Object.assign(factory, { connect: () => Promise.resolve() });
    const lost = watch(pool.acquire());
    await clock.advance(100);
    expect(lost.error).toMatchObject({ code: 'E_POOL_DIAL', message: expect.stringContaining('gave no connection') });
    expect(pool.stats().gauges).toMatchObject({ dialing: 0, pending: 0 });
  });

  it('need not tell the parts of a set-up', async () => {
    const { clock, factory, pool } = setUp({ max: 1 });
    const connection = { id: 1 } as FakeConnection;
    Object.assign(factory, { connect: () => Promise.resolve({ connection }), close() {}, onClosed() {} });
    const lease = watch(pool.acquire());
    await clock.advance(0);
    expect(lease.value?.connection).toBe(connection);
    expect(pool.stats().setupPartsMs).toEqual({ dnsMs: 0, tcpMs: 0, tlsMs: 0, upgradeMs: 0 });
  });
});

describe('what a factory or a listener calls back into', () => {
  it('leaves no timer when the pool is closed while a connection opens', async () => {
    const { clock, factory, pool } = setUp({ max: 1 });
    factory.onClosed = (_connection, listener) => listener();
    pool.on(({ kind }) => {
      if (kind === 'opened') void pool.close();
    });
    const refused = watch(pool.acquire());
    await clock.advance(20);
    expect(codeOf(refused)).toBe('E_POOL_CLOSED');
    expect(clock.pendingTimers).toBe(0);
  });

  it('may abort the very acquire that it serves', async () => {
    const { clock, factory, pool } = setUp({ max: 1 });
    factory.behaviour = 'hang';
    const controller = new AbortController();
    pool.on(() => controller.abort(new Error('enough')));
    const aborted = watch(pool.acquire({ signal: controller.signal }));
    await clock.advance(0);
    expect(aborted.error).toMatchObject({ code: 'E_POOL_ABORTED', cause: new Error('enough') });
  });

  it('may subscribe again, and hears every event once', async () => {
    const { clock, pool } = setUp({ max: 1 });
    const seen: string[] = [];
    const listener = ({ kind }: { kind: string }): void => {
      seen.push(kind);
      if (seen.length > 10) throw new Error('it goes round and round');
      off();
      off = pool.on(listener);
    };
    let off = pool.on(listener);
    watch(pool.acquire());
    await clock.advance(20);
    expect(seen).toEqual(['dialing', 'opened']);
  });
});
