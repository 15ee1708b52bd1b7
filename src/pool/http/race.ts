import type { Clock, TimerHandle } from '../../base/index.js';
import { PoolError } from '../errors.js';
import type { ResolvedAddress } from './addresses.js';

// Node turns longer delays into 1 ms.
const LONGEST_MS = 2 ** 31 - 1;

/** Families in turn, beginning with the resolver's first choice (RFC 8305, section 4). */
export function interleaved(addresses: readonly ResolvedAddress[]): ResolvedAddress[] {
  const first = addresses[0]?.family;
  const preferred = addresses.filter(({ family }) => family === first);
  const others = addresses.filter(({ family }) => family !== first);
  return preferred
    .flatMap((address, index) => [address, others[index]])
    .concat(others.slice(preferred.length))
    .filter((address) => address !== undefined);
}

export interface RaceOptions<S> {
  readonly clock: Clock;
  /** Head start of each address over the next. */
  readonly attemptDelayMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Connects to one address; rejects soon after its signal aborts. */
  readonly connect: (address: ResolvedAddress, signal: AbortSignal) => Promise<S>;
  /** Gets a connection that lost. */
  readonly discard: (connection: S) => void;
  /** Gets the error of an attempt that is not the end of the race: it failed first, or was given up. */
  readonly lost: (error: unknown) => void;
}

/**
 * The first of several addresses that connects (RFC 8305, section 5): the next one is tried when the one before has
 * failed or its head start is over; when one has connected the others are given up.
 * Rejects with the last error when all have failed, and with the signal's reason when aborted.
 */
export function race<S>(addresses: readonly ResolvedAddress[], options: RaceOptions<S>): Promise<S> {
  const { clock, attemptDelayMs, signal, connect, discard, lost } = options;
  const queue = interleaved(addresses);
  const attempts = new Set<AbortController>();
  let timer: TimerHandle;
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (settle: () => void, reason: Error): void => {
      if (over) return;
      over = true;
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
      for (const attempt of attempts) attempt.abort(reason);
    };
    const onAbort = (): void => end(() => reject(signal?.reason as Error), signal?.reason as Error);
    const tryNext = (): void => {
      const address = queue.shift();
      if (address === undefined || over) return;
      const attempt = new AbortController();
      attempts.add(attempt);
      clock.clearTimeout(timer);
      if (queue.length > 0) timer = clock.setTimeout(tryNext, Math.min(LONGEST_MS, attemptDelayMs));
      connect(address, attempt.signal).then(
        (connection) => {
          attempts.delete(attempt);
          if (over) discard(connection);
          else end(() => resolve(connection), new PoolError('E_POOL_ABORTED', 'another address was faster'));
        },
        (error: unknown) => {
          attempts.delete(attempt);
          if (!over && queue.length === 0 && attempts.size === 0) end(() => reject(error), error as Error);
          else lost(error);
          tryNext();
        },
      );
    };
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    tryNext();
  });
}
