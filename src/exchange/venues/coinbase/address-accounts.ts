import type { Clock } from '../../../base/index.js';
import { PerAddress, RollingWindow, TokenBucket } from '../../limits/index.js';
import type { CoinbaseRules } from './rules.js';

/** What one client address has used of its limits. Each method notes a use; false when it is one too many. */
export class AddressAccount {
  readonly #clock: Clock;
  readonly #rules: CoinbaseRules;
  readonly #requests: TokenBucket;
  readonly #connections: TokenBucket;
  readonly #messages: RollingWindow;
  readonly #subscriptions = new Map<string, number>();

  constructor(clock: Clock, rules: CoinbaseRules) {
    this.#clock = clock;
    this.#rules = rules;
    this.#requests = new TokenBucket(rules.requestBurst, rules.requestRefillMs);
    this.#connections = new TokenBucket(rules.connectionBurst, rules.connectionRefillMs);
    this.#messages = new RollingWindow(rules.messagesPerWindow, rules.messageWindowMs);
  }

  request(): boolean {
    return this.#requests.take(1, this.#clock.now());
  }

  connection(): boolean {
    return this.#connections.take(1, this.#clock.now());
  }

  message(): boolean {
    return !this.#messages.exceededBy(this.#clock.now());
  }

  /** True when one more subscription to the stream is within the limit; notes nothing. */
  mayStart(stream: string): boolean {
    return (this.#subscriptions.get(stream) ?? 0) < this.#rules.subscriptionsPerChannel;
  }

  started(stream: string): void {
    this.#subscriptions.set(stream, (this.#subscriptions.get(stream) ?? 0) + 1);
  }

  ended(stream: string): void {
    const left = (this.#subscriptions.get(stream) ?? 0) - 1;
    if (left > 0) this.#subscriptions.set(stream, left);
    else this.#subscriptions.delete(stream);
  }
}

export type AddressAccounts = PerAddress<AddressAccount>;

export function openAccounts(clock: Clock, rules: CoinbaseRules): AddressAccounts {
  return new PerAddress(() => new AddressAccount(clock, rules));
}
