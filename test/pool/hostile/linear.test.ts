import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { ConnectionPool, type ConnectionPoolOptions, type Lease } from '../../../src/pool/index.js';

const parts = { dnsMs: 0, tcpMs: 0, tlsMs: 0, upgradeMs: 0 };

interface Dial {
  open(): void;
  refuse(): void;
}

/** A pool whose dials wait for the test. */
function make(options: Partial<ConnectionPoolOptions<object>>) {
  const dials: Dial[] = [];
  const pool = new ConnectionPool<object>({
    endpoints: [{ origin: 'a' }, { origin: 'b' }],
    max: 10,
    maxPending: Number.POSITIVE_INFINITY,
    clock: new FakeClock(),
    factory: {
      connect: () =>
        new Promise((resolve, reject) => {
          dials.push({ open: () => resolve({ connection: {}, parts }), refuse: () => reject(new Error('refused')) });
        }),
      close() {},
      onClosed() {},
    },
    ...options,
  });
  return { dials, pool };
}

async function full(options: Partial<ConnectionPoolOptions<object>>) {
  const { dials, pool } = make(options);
  const acquires = Array.from({ length: options.max ?? 10 }, () => pool.acquire());
  for (const dial of dials.splice(0)) dial.open();
  return { dials, pool, leases: await Promise.all(acquires) };
}

/** Processor milliseconds that it takes; nothing else that the machine does counts. */
async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
const ignore = (): void => {};

/** Each makes a pool for `n`, and returns what is to be timed. */
const WORK: Record<string, (n: number) => Promise<() => unknown>> = {
  'acquires that come at once while what they need is being dialled': (n) => {
    const { pool } = make({ leasesPerConnection: n });
    return Promise.resolve(() => repeat(n, () => void pool.acquire().catch(ignore)));
  },
  'waiters that avoid an endpoint while another is being dialled': async (n) => {
    const { pool, dials } = make({ max: 4, maxPerEndpoint: 2 });
    const acquires = [1, 2, 3, 4].map(() => pool.acquire());
    for (const dial of dials.slice(0, 3)) dial.open();
    const leases = await Promise.all(acquires.slice(0, 3));
    for (const lease of leases) if (lease.endpoint.origin === 'a') lease.release();
    return () => repeat(n, () => void pool.acquire({ avoid: [{ origin: 'a' }] }).catch(ignore));
  },
  'dials that fail beside as many connections': async (n) => {
    const { pool, dials } = await full({ max: 2 * n, failureThreshold: 1e9 }).then(async (scene) => {
      for (const lease of scene.leases.slice(n)) lease.release({ broken: true });
      repeat(n, () => void scene.pool.acquire().catch(ignore));
      await turn();
      return scene;
    });
    return async () => {
      for (const dial of dials.splice(0)) dial.refuse();
      await turn();
      void pool.close();
    };
  },
  'uses that fail': async (n) => {
    const { leases } = await full({ max: n, endpoints: [{ origin: 'a' }], failureThreshold: 1e9 });
    return () => {
      for (const lease of leases) lease.release({ endpointFailed: true });
    };
  },
  'leases that come back to a pool that drains': async (n) => {
    const { pool, leases } = await full({ max: 3 * n });
    void pool.drain(Number.POSITIVE_INFINITY);
    return () => {
      for (const lease of leases) lease.release();
    };
  },
  'waiters with one signal, which aborts': async (n) => {
    const { pool } = await full({});
    const controller = new AbortController();
    return async () => {
      repeat(4 * n, () => void pool.acquire({ signal: controller.signal }).catch(ignore));
      controller.abort();
      await turn();
      expect(pool.stats().acquires.aborted).toBe(4 * n);
    };
  },
  'pairs on a shared connection that is nearly full': async (n) => {
    const places = 4 * n;
    const { pool, dials } = make({ max: 1, leasesPerConnection: places, endpoints: [{ origin: 'a' }] });
    const first = pool.acquire();
    dials[0]?.open();
    await first;
    repeat(places - 2, () => pool.tryAcquire());
    return () => repeat(places, () => (pool.tryAcquire() as Lease<object>).release());
  },
};

function repeat(times: number, act: () => void): void {
  for (let i = 0; i < times; i += 1) act();
}

async function best(work: (n: number) => Promise<() => unknown>, n: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) least = Math.min(least, await cpuMs(await work(n)));
  return least;
}

describe('four times as much costs about four times as much', () => {
  it.each(Object.entries(WORK))('%s', async (_name, work) => {
    const small = await best(work, 1500);
    // Below that it is too fast to be measured.
    expect((await best(work, 6000)) / Math.max(4, small)).toBeLessThan(8);
  });
});

describe('a signal', () => {
  it('has one listener however many wait with it, and none when nobody does', async () => {
    const { pool, leases } = await full({ max: 1 });
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = {
      aborted: false,
      reason: undefined,
      addEventListener: (...args: Parameters<AbortSignal['addEventListener']>) => {
        listeners += 1;
        signal.addEventListener(...args);
      },
      removeEventListener: (...args: Parameters<AbortSignal['removeEventListener']>) => {
        listeners -= 1;
        signal.removeEventListener(...args);
      },
    };
    const waiting = Array.from({ length: 100 }, () => pool.acquire({ signal: counted }));
    expect(listeners).toBe(1);
    leases[0]?.release();
    for (const acquire of waiting) (await acquire).release();
    expect(listeners).toBe(0);
  });
});

describe('a pool that nobody uses', () => {
  it('has no histograms', () => {
    const before = process.memoryUsage().arrayBuffers;
    const pools = Array.from({ length: 50 }, () => make({}).pool);
    for (const pool of pools) pool.stats();
    expect((process.memoryUsage().arrayBuffers - before) / pools.length).toBeLessThan(150_000);
  });
});
