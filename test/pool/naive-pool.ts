import { type FakeClock, sleep } from '../../src/base/index.js';
import type { FakeConnection, FakeConnector } from '../../src/pool/testing.js';
import type { AcquireUnderTest, LeaseUnderTest, PoolUnderTest, SceneOptions } from './known-bugs/scene.js';

const ENDPOINT = { origin: 'a' };
const SWEEP_MS = 100;

interface Entry {
  readonly connection: FakeConnection;
  readonly bornMs: number;
  idleSinceMs: number;
}

/**
 * What one writes in an afternoon: an array of what is idle, an array of who waits, and a count. It serves well as long
 * as nothing goes wrong, and has each of the well-known bugs: the tests for them must fail on it.
 */
export class NaivePool implements PoolUnderTest {
  readonly #options: SceneOptions;
  readonly #clock: FakeClock;
  readonly #factory: FakeConnector;
  readonly #idle: Entry[] = [];
  readonly #waiters: (() => void)[] = [];
  #open = 0;
  #pending = 0;
  #refilling = false;
  #sweeper: unknown;

  constructor(options: SceneOptions, clock: FakeClock, factory: FakeConnector) {
    this.#options = options;
    this.#clock = clock;
    this.#factory = factory;
    this.#sweeper = clock.setTimeout(() => this.#sweep(), SWEEP_MS);
  }

  start(): Promise<void> {
    return this.#refill();
  }

  async acquire({ timeoutMs = 30_000, signal }: AcquireUnderTest = {}): Promise<LeaseUnderTest> {
    const { max, maxPending = 1000 } = this.#options;
    if (this.#idle.length === 0 && this.#open >= max) {
      if (this.#pending >= maxPending) throw new Error('the queue is full');
      this.#pending += 1;
      await this.#released(timeoutMs);
      this.#pending -= 1;
    }
    signal?.throwIfAborted();
    const entry = this.#idle.shift();
    if (!entry) return this.#lease(await this.#dial());
    if (await this.#isGood(entry)) return this.#lease(entry);
    this.#destroy(entry);
    return this.acquire();
  }

  async close(): Promise<void> {
    this.#clock.clearTimeout(this.#sweeper);
    for (const { connection } of this.#idle.splice(0)) this.#factory.close(connection, 'shutdown');
  }

  #released(timeoutMs: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#waiters.push(resolve);
    });
    const late = sleep(this.#clock, timeoutMs).then(() => {
      throw new Error('out of time');
    });
    return Promise.race([woken, late]);
  }

  #lease(entry: Entry): LeaseUnderTest {
    const release = (): void => {
      entry.idleSinceMs = Date.now();
      this.#idle.push(entry);
      this.#waiters.shift()?.();
    };
    return { connection: entry.connection, release };
  }

  async #dial(): Promise<Entry> {
    this.#open += 1;
    for (;;) {
      try {
        const { connection } = await this.#factory.connect(ENDPOINT, new AbortController().signal);
        return { connection, bornMs: Date.now(), idleSinceMs: Date.now() };
      } catch {
        // Next try.
      }
    }
  }

  async #isGood({ connection, idleSinceMs }: Entry): Promise<boolean> {
    const { checkIdleAfterMs = 500 } = this.#options;
    if (!this.#factory.check || Date.now() - idleSinceMs < checkIdleAfterMs) return true;
    return this.#factory.check(connection, new AbortController().signal);
  }

  async #refill(): Promise<void> {
    if (this.#refilling) return;
    this.#refilling = true;
    while (this.#open < (this.#options.min ?? 0)) this.#idle.push(await this.#dial());
    this.#refilling = false;
  }

  #sweep(): void {
    const { idleTimeoutMs = 60_000, maxLifetimeMs = Infinity } = this.#options;
    for (const entry of this.#idle.splice(0)) {
      if (Date.now() - entry.bornMs > maxLifetimeMs) this.#factory.close(entry.connection, 'lifetime');
      else if (Date.now() - entry.idleSinceMs > idleTimeoutMs) this.#destroy(entry);
      else this.#idle.push(entry);
    }
    void this.#refill();
    this.#sweeper = this.#clock.setTimeout(() => this.#sweep(), SWEEP_MS);
  }

  #destroy({ connection }: Entry): void {
    this.#open -= 1;
    this.#factory.close(connection, 'idle');
  }
}
