import { lookup } from 'node:dns';
import { isIPv6, SocketAddress } from 'node:net';
import type { Clock } from '../../base/index.js';
import { Alarm } from '../alarm.js';
import { PoolError } from '../errors.js';

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
  /** How long a look-up is waited for. */
  readonly timeoutMs: number;
  readonly goneAfterLookups: number;
  readonly resolve: Resolve;
  /** An address has been absent from as many answers in a row as `goneAfterLookups` says. */
  readonly onGone: (host: string, address: string) => void;
}

interface Entry {
  addresses: readonly ResolvedAddress[];
  freshUntilMs: number;
  asking: Promise<readonly ResolvedAddress[]> | undefined;
  /** Ends the wait for the look-up under way. */
  giveUp: (reason: Error) => void;
  /** Number of the last look-up, and of the last one that brought an answer. */
  asked: number;
  answered: number;
  /** Answers in a row without an address that was there before. */
  readonly missing: Map<string, number>;
  /** Connections open to the host, for whose sake it is looked up again and again. */
  holders: number;
  readonly late: Alarm;
  readonly due: Alarm;
}

// Between two look-ups when the one before brought nothing, or an answer that does not last.
const PAUSE_MS = 1_000;

/**
 * Addresses by host name, each answer used for its time to live. Callers that ask at the same time share one look-up;
 * when a look-up fails or does not end the last answer goes on being used (RFC 8767). While a host is held its answer
 * is kept up to date, and addresses that stay away are reported, so that connections to them can be retired.
 */
export class AddressCache {
  readonly #options: AddressCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #pauseMs: number;
  #closed = false;

  constructor(options: AddressCacheOptions) {
    this.#options = options;
    this.#pauseMs = options.ttlMs > 0 ? Math.min(options.ttlMs, PAUSE_MS) : PAUSE_MS;
  }

  /** @throws whatever the resolver threw, or ETIMEDOUT, when there is no earlier answer; {PoolError} E_POOL_CLOSED */
  async lookup(host: string): Promise<readonly ResolvedAddress[]> {
    if (this.#closed) throw closedError();
    const entry = this.#entry(host);
    if (this.#options.clock.now() < entry.freshUntilMs) return entry.addresses;
    const answer = this.#refreshed(host, entry);
    // Kept up to date until this moment, the last answer is as good as any.
    return entry.holders > 0 && entry.addresses.length > 0 ? entry.addresses : answer;
  }

  /** A connection to the host is open; until `release` its addresses are watched. */
  hold(host: string): void {
    const entry = this.#entry(host);
    entry.holders += 1;
    if (entry.holders === 1) this.#watch(entry);
  }

  release(host: string): void {
    const entry = this.#entry(host);
    entry.holders -= 1;
    if (entry.holders === 0) entry.due.clear();
  }

  /** Leaves no timer behind; those who wait for a first answer are turned away. */
  close(): void {
    this.#closed = true;
    for (const entry of this.#entries.values()) {
      entry.due.clear();
      entry.late.clear();
      entry.giveUp(closedError());
    }
  }

  #watch(entry: Entry): void {
    if (this.#closed || entry.holders === 0) return;
    entry.due.set(Math.max(entry.freshUntilMs, this.#options.clock.now() + this.#pauseMs));
  }

  #due(host: string, entry: Entry): void {
    const again = (): void => this.#watch(entry);
    this.#refreshed(host, entry).then(again, again);
  }

  #refreshed(host: string, entry: Entry): Promise<readonly ResolvedAddress[]> {
    return (entry.asking ??= this.#ask(host, entry));
  }

  async #ask(host: string, entry: Entry): Promise<readonly ResolvedAddress[]> {
    const { clock, timeoutMs } = this.#options;
    try {
      await new Promise<void>((resolve, reject) => {
        entry.giveUp = reject;
        entry.late.set(clock.now() + timeoutMs);
        this.#answer(host, entry).then(resolve, reject);
      });
    } catch (error) {
      if (entry.addresses.length === 0) throw error;
      entry.freshUntilMs = clock.now() + this.#pauseMs;
    } finally {
      entry.late.clear();
      entry.asking = undefined;
    }
    return entry.addresses;
  }

  // An answer is taken whenever it comes, unless a later question was answered before.
  async #answer(host: string, entry: Entry): Promise<void> {
    const { clock, resolve, ttlMs } = this.#options;
    const question = (entry.asked += 1);
    const answer = await resolve(host);
    if (answer.addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
    if (question < entry.answered) return;
    entry.answered = question;
    const lastsMs = answer.ttlMs !== undefined && answer.ttlMs >= 0 ? answer.ttlMs : ttlMs;
    entry.freshUntilMs = clock.now() + lastsMs;
    this.#compare(host, entry, normalised(answer.addresses));
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
    const known = this.#entries.get(host);
    if (known) return known;
    const { clock, timeoutMs } = this.#options;
    const entry: Entry = {
      addresses: [],
      freshUntilMs: Number.NEGATIVE_INFINITY,
      asking: undefined,
      giveUp: () => {},
      asked: 0,
      answered: 0,
      missing: new Map(),
      holders: 0,
      late: new Alarm(clock, () => entry.giveUp(lateError(host, timeoutMs))),
      due: new Alarm(clock, () => this.#due(host, entry)),
    };
    this.#entries.set(host, entry);
    return entry;
  }
}

function lateError(host: string, timeoutMs: number): Error {
  return Object.assign(new Error(`the look-up of ${host} took over ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
}

function closedError(): PoolError {
  return new PoolError('E_POOL_CLOSED', 'the pool was closed');
}

/** Each address once, in the form in which a socket names its peer (RFC 5952); a zone is not touched. */
function normalised(addresses: readonly ResolvedAddress[]): ResolvedAddress[] {
  const byName = new Map<string, ResolvedAddress>();
  for (const { address, family } of addresses) {
    const plain = isIPv6(address) && !address.includes('%');
    const name = plain ? new SocketAddress({ address, family: 'ipv6' }).address : address;
    if (!byName.has(name)) byName.set(name, { address: name, family });
  }
  return [...byName.values()];
}
