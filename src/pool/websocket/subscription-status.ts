import type { Clock } from '../../base/index.js';
import type { StreamPoolEvent } from './events.js';
import type { StreamAccounts } from './stream-accounts.js';
import type { SubscriptionState } from './subscription.js';

export interface StatusOptions {
  readonly stream: string;
  readonly clock: Clock;
  readonly accounts: StreamAccounts;
  readonly emit: (event: StreamPoolEvent) => void;
  readonly entered: (state: SubscriptionState) => void;
}

/** What passed between two states: the venue serves the stream for the first time, again, or no more. */
export type StatusChange = 'first' | 'again' | 'lost' | undefined;

/** The state of one subscription, and what the accounts and the listeners hear of its changes. */
export class SubscriptionStatus {
  readonly #options: StatusOptions;
  readonly #desiredAtMs: number;
  #state: SubscriptionState = 'pending';
  #acknowledgedAtMs = Number.NaN;
  #lostAtMs = Number.NaN;

  constructor(options: StatusOptions) {
    this.#options = options;
    this.#desiredAtMs = options.clock.now();
    options.accounts.changed('desired', 1);
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  /** Since when the venue serves it, or served it last; NaN before the first time. */
  get acknowledgedAtMs(): number {
    return this.#acknowledgedAtMs;
  }

  /** Takes over whether the venue serves the stream, and whether data are overdue. */
  update(served: boolean, stale: boolean): StatusChange {
    const before = this.#state;
    const acknowledged = stale ? 'stale' : 'live';
    const without = Number.isNaN(this.#acknowledgedAtMs) ? 'pending' : 'recovering';
    const next = served ? acknowledged : without;
    if (next === before) return undefined;
    const change = served === isServed(before) ? undefined : this.#passed(served);
    this.#book(before, next);
    this.#enter(next);
    return change;
  }

  /** Nobody wants the stream any more; its state stays until it is closed. */
  unwanted(): void {
    this.#options.accounts.changed('desired', -1);
    this.#book(this.#state, 'closed');
  }

  closed(): void {
    this.#enter('closed');
  }

  #passed(served: boolean): StatusChange {
    const { stream, clock, accounts, emit } = this.#options;
    const now = clock.now();
    if (!served) {
      this.#lostAtMs = now;
      return 'lost';
    }
    const first = Number.isNaN(this.#acknowledgedAtMs);
    this.#acknowledgedAtMs = now;
    if (first) {
      accounts.subscribeMs.record(now - this.#desiredAtMs);
      return 'first';
    }
    const downMs = now - this.#lostAtMs;
    accounts.recovered(downMs);
    emit({ kind: 'recovered', stream, atMs: now, downMs });
    return 'again';
  }

  #book(before: SubscriptionState, next: SubscriptionState): void {
    const { accounts } = this.#options;
    if (isServed(before) !== isServed(next)) accounts.changed('acknowledged', isServed(next) ? 1 : -1);
    if ((before === 'stale') !== (next === 'stale')) accounts.changed('stale', next === 'stale' ? 1 : -1);
  }

  #enter(state: SubscriptionState): void {
    this.#state = state;
    this.#options.entered(state);
  }
}

function isServed(state: SubscriptionState): boolean {
  return state === 'live' || state === 'stale';
}
