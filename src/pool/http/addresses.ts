import { lookup } from 'node:dns';
import type { Clock, TimerHandle } from '../../base/index.js';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Looks a host name up. `ttlMs` is how long the answer holds; the cache's own when left out. */
export type Resolve = (
  host: string,
) => Promise<{ readonly addresses: readonly ResolvedAddress[]; readonly ttlMs?: number }>;

/** The system's resolver, in the system's order; it tells no time to live. */
export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true, order: 'verbatim' }, (error, found) => {
      if (error) reject(error);
      else resolve({ addresses: found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })) });
    });
  });

export interface AddressCacheOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  readonly goneAfterLookups: number;
  readonly resolve: Resolve;
  /** An address has been absent from as many answers in a row as `goneAfterLookups` says. */
  readonly onGone: (host: string, address: string) => void;
}

interface Entry {
  addresses: readonly ResolvedAddress[];
  freshUntilMs: number;
  asking: Promise<readonly ResolvedAddress[]> | undefined;
  /** Answers in a row without an address that was there before. */
  readonly missing: Map<string, number>;
  /** Connections open to the host, for whose sake it is looked up again and again. */
  holders: number;
  timer: TimerHandle;
}

/**
 * Addresses by host name, each answer used for its time to live. Callers that ask at the same time share one look-up;
 * when a look-up fails the last answer goes on being used. While a host is held its answer is kept up to date, and
 * addresses that stay away are reported, so that connections to them can be retired.
 */
export class AddressCache {
  readonly #options: AddressCacheOptions;
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  constructor(options: AddressCacheOptions) {
    this.#options = options;
  }

  /** @throws whatever the resolver threw, when there is no earlier answer */
  async lookup(host: string): Promise<readonly ResolvedAddress[]> {
    const entry = this.#entry(host);
    if (this.#options.clock.now() < entry.freshUntilMs) return entry.addresses;
    entry.asking ??= this.#ask(host, entry);
    return entry.asking;
  }

  /** A connection to the host is open; until `release` its addresses are watched. */
  hold(host: string): void {
    const entry = this.#entry(host);
    entry.holders += 1;
    if (entry.holders === 1) this.#watch(host, entry);
  }

  release(host: string): void {
    const entry = this.#entry(host);
    entry.holders -= 1;
    if (entry.holders === 0) this.#options.clock.clearTimeout(entry.timer);
  }

  /** Leaves no timer behind. */
  close(): void {
    this.#closed = true;
    for (const entry of this.#entries.values()) this.#options.clock.clearTimeout(entry.timer);
  }

  #watch(host: string, entry: Entry): void {
    const { clock, ttlMs } = this.#options;
    if (this.#closed || entry.holders === 0) return;
    const dueMs = Math.max(entry.freshUntilMs - clock.now(), Math.min(ttlMs, 1_000));
    entry.timer = clock.setTimeout(() => {
      const again = (): void => this.#watch(host, entry);
      this.lookup(host).then(again, again);
    }, dueMs);
  }

  async #ask(host: string, entry: Entry): Promise<readonly ResolvedAddress[]> {
    const { clock, resolve, ttlMs } = this.#options;
    try {
      const answer = await resolve(host);
      if (answer.addresses.length === 0)
        throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
      entry.freshUntilMs = clock.now() + (answer.ttlMs ?? ttlMs);
      this.#compare(host, entry, answer.addresses);
    } catch (error) {
      if (entry.addresses.length === 0) throw error;
      entry.freshUntilMs = clock.now() + Math.min(ttlMs, 1_000);
    } finally {
      entry.asking = undefined;
    }
    return entry.addresses;
  }

  // Some name servers give a few of many addresses at a time, so one answer without an address says little.
  #compare(host: string, entry: Entry, now: readonly ResolvedAddress[]): void {
    const present = new Set(now.map(({ address }) => address));
    for (const { address } of entry.addresses) if (!entry.missing.has(address)) entry.missing.set(address, 0);
    entry.addresses = now;
    for (const [address, times] of entry.missing) {
      if (present.has(address)) {
        entry.missing.delete(address);
      } else if (times + 1 >= this.#options.goneAfterLookups) {
        entry.missing.delete(address);
        if (!this.#closed) this.#options.onGone(host, address);
      } else {
        entry.missing.set(address, times + 1);
      }
    }
  }

  #entry(host: string): Entry {
    let entry = this.#entries.get(host);
    if (!entry) {
      const freshUntilMs = Number.NEGATIVE_INFINITY;
      entry = { addresses: [], freshUntilMs, asking: undefined, missing: new Map(), holders: 0, timer: undefined };
      this.#entries.set(host, entry);
    }
    return entry;
  }
}
