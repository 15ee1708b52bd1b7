import { describe, expect, it } from 'vitest';
import { acquired, codeOf, setUp, watch } from '../harness.js';

describe('a lease', () => {
  it('cannot be released twice, and its connection goes to one borrower only', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    const lease = await acquired(scene, pool);
    const [first, second] = [watch(pool.acquire()), watch(pool.acquire())];
    lease.release();
    expect(() => lease.release()).toThrow(/lease 1 of connection 1 was released before/);
    await clock.advance(0);
    expect([first.value?.connectionId, second.done]).toEqual([1, false]);
  });

  it('may be released after its connection died or its pool was closed', async () => {
    const scene = setUp({ max: 2 });
    const { clock, factory, pool } = scene;
    const [one, two] = [pool.acquire(), pool.acquire()];
    await clock.advance(10);
    factory.connections[0]?.die();
    expect(pool.describe()).toBe('active 1 · idle 0 · pending 0 · opened 2');
    (await one).release();
    await pool.close();
    (await two).release();
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 0 · opened 2');
    expect(pool.stats().closed).toEqual({ broken: 1, shutdown: 1 });
  });
});

describe('a pool at its end', () => {
  it('refuses at once after it was closed, and tells those who waited', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    await acquired(scene, pool);
    const waiting = watch(pool.acquire());
    await pool.close();
    const late = watch(pool.acquire());
    await clock.advance(0);
    expect([waiting, late].map(codeOf)).toEqual(['E_POOL_CLOSED', 'E_POOL_CLOSED']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('drains: serves those who wait, takes nobody new, and says that all came back', async () => {
    const scene = setUp({ max: 1 });
    const { clock, factory, pool } = scene;
    const held = await acquired(scene, pool);
    const waiting = watch(pool.acquire());
    const drained = watch(pool.drain(1000));
    const refused = watch(pool.acquire());
    held.release();
    await clock.advance(0);
    expect(codeOf(refused)).toBe('E_POOL_CLOSED');
    expect(drained.done).toBe(false);
    waiting.value?.release();
    await clock.advance(0);
    expect(drained.value).toBe(true);
    expect(factory.open).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each(['close', 'drain'] as const)('tells a warm start under way (%s), and begins no other', async (end) => {
    const scene = setUp({ max: 3 });
    const { clock, factory, pool } = scene;
    await acquired(scene, pool);
    factory.behaviour = 'hang';
    const filled = watch(pool.start('max'));
    await clock.advance(5);
    void (end === 'close' ? pool.close() : pool.drain(1000));
    const late = watch(pool.start());
    await clock.advance(0);
    expect([filled, late].map(codeOf)).toEqual(['E_POOL_CLOSED', 'E_POOL_CLOSED']);
    expect(factory.dials).toHaveLength(3);
    await pool.close();
  });

  it('closes what is still on loan at the drain deadline', async () => {
    const scene = setUp({ max: 2 });
    const { clock, factory, pool } = scene;
    await acquired(scene, pool);
    const drained = watch(pool.drain(1000));
    await clock.advance(999);
    expect(drained.done).toBe(false);
    await clock.advance(1);
    expect(drained.value).toBe(false);
    expect(factory.open).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('closes a dial that succeeds after it was closed', async () => {
    const { clock, factory, pool } = setUp();
    factory.behaviour = 'manual';
    const acquire = watch(pool.acquire());
    await pool.close();
    expect(factory.dials[0]?.signal.aborted).toBe(true);
    factory.dials[0]?.open();
    await clock.advance(0);
    expect(codeOf(acquire)).toBe('E_POOL_CLOSED');
    expect(factory.open).toBe(0);
    expect(pool.stats().gauges).toEqual({ open: 0, used: 0, pending: 0, dialing: 0 });
  });
});
