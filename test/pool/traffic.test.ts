import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from 'vitest';
import { acquired, type Scene, setUp, type SetUpOptions, started, watch } from './harness.js';

const heard: { readonly name: string; readonly message: Record<string, unknown> }[] = [];
const stops: (() => void)[] = [];

async function full(options: SetUpOptions): Promise<Scene> {
  const scene = setUp(options);
  await started(scene, 'max');
  return scene;
}

/** Notes what is published on the channel, and does `then` with it. */
function listen(name: string, then: () => void = () => {}): void {
  const onMessage = (message: unknown): void => {
    heard.push({ name, message: message as Record<string, unknown> });
    then();
  };
  subscribe(`mp-bench:pool:${name}`, onMessage);
  stops.push(() => unsubscribe(`mp-bench:pool:${name}`, onMessage));
}

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  heard.length = 0;
});

describe('the channels of uses', () => {
  it('tell of every acquire and release, with the lease, its connection and the time', async () => {
    const scene = await full({ max: 1 });
    const { clock, pool } = scene;
    for (const name of ['acquired', 'released']) listen(name);
    const lease = await acquired(scene, pool, 0);
    const waiting = watch(pool.acquire());
    await clock.advance(30);
    lease.release();
    await clock.advance(20);
    waiting.value?.release();
    expect(
      heard.map(({ name, message: { leaseId, outcome, latencyMs, heldMs } }) => [
        name,
        leaseId,
        outcome ?? heldMs,
        latencyMs,
      ]),
    ).toEqual([
      ['acquired', 1, 'direct', 0],
      ['acquired', 2, 'waited', 30],
      ['released', 1, 30, undefined],
      ['released', 2, 20, undefined],
    ]);
    expect(heard.every(({ message }) => message['connectionId'] === 1 && message['pool'] === pool.name)).toBe(true);
    await pool.close();
  });

  it('tell of acquires that got none, and why', async () => {
    const scene = await full({ max: 1, maxPending: 1 });
    const { clock, pool } = scene;
    listen('acquireFailed');
    await acquired(scene, pool, 0);
    const late = watch(pool.acquire({ timeoutMs: 40 }));
    const refused = watch(pool.acquire());
    await clock.advance(40);
    await pool.close();
    const closed = watch(pool.acquire());
    await clock.advance(0);
    expect([late, refused, closed].every(({ error }) => error !== undefined)).toBe(true);
    expect(heard.map(({ message: { outcome, latencyMs } }) => [outcome, latencyMs])).toEqual([
      ['queueFull', 0],
      ['timeout', 40],
      ['closed', 0],
    ]);
  });

  it('may be answered by another acquire', async () => {
    const scene = await full({ max: 2 });
    const { clock, pool } = scene;
    const more = Array.from({ length: 3 }, () => () => watch(pool.acquire()));
    const got: { readonly value?: unknown }[] = [];
    listen('acquired', () => {
      const next = more.shift();
      if (next) got.push(next());
    });
    const lease = await acquired(scene, pool, 0);
    await clock.advance(0);
    expect(pool.describe()).toBe('active 2 · idle 0 · pending 1 · opened 2');
    lease.release();
    await clock.advance(0);
    expect(got.filter(({ value }) => value !== undefined)).toHaveLength(2);
    expect(pool.stats().gauges).toMatchObject({ used: 2, pending: 1 });
    await pool.close();
  });
});
