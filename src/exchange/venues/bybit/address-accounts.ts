import type { Clock } from '../../../base/index.js';
import { PerAddress, RollingWindow } from '../../limits/index.js';
import type { BybitRules } from './rules.js';

/** What one client address has used of its limits. */
class AddressAccount {
  readonly #clock: Clock;
  readonly #rules: BybitRules;
  readonly #requests: RollingWindow;
  readonly #connections: RollingWindow;
  readonly #open = new Map<string, number>();
  #bannedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, rules: BybitRules) {
    this.#clock = clock;
    this.#rules = rules;
    this.#requests = new RollingWindow(rules.requestsPerWindow, rules.requestWindowMs);
    this.#connections = new RollingWindow(rules.connectionsPerWindow, rules.connectionWindowMs);
  }

  /** True while an earlier excess is paid for. */
  get banned(): boolean {
    return this.#clock.now() < this.#bannedUntilMs;
  }

  /** Notes a request; false when it is one too many, from which on the address is banned. */
  request(): boolean {
    if (!this.#requests.exceededBy(this.#clock.now())) return true;
    this.#bannedUntilMs = this.#clock.now() + this.#rules.banMs;
    return false;
  }

  /** Notes a new stream of a kind of market and returns the rules that it breaks. It counts as open. */
  connected(market: string): string[] {
    const open = (this.#open.get(market) ?? 0) + 1;
    this.#open.set(market, open);
    const broken: string[] = [];
    if (this.#connections.exceededBy(this.#clock.now())) broken.push('connections-per-window');
    if (open > this.#rules.connectionsPerAddress) broken.push('connections-per-address');
    return broken;
  }

  disconnected(market: string): void {
    const left = (this.#open.get(market) ?? 0) - 1;
    if (left > 0) this.#open.set(market, left);
    else this.#open.delete(market);
  }
}

export type AddressAccounts = PerAddress<AddressAccount>;

export function openAccounts(clock: Clock, rules: BybitRules): AddressAccounts {
  return new PerAddress(() => new AddressAccount(clock, rules));
}
