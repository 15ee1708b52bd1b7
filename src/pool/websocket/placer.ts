import type { ConnectionAccounts } from '../accounts.js';
import type { Clock } from '../../base/index.js';
import type { Carrier } from './carrier.js';
import type { Fleet, Seeker } from './fleet.js';

/** A stream that needs a connection. */
export interface Placeable extends Seeker {
  placed(carrier: Carrier): void;
}

interface Search {
  readonly sinceMs: number;
  /** The number of looks before it came. */
  readonly looks: number;
}

/** Puts streams on connections with room, in the order in which they came, those of one turn together. */
export class Placer {
  readonly #fleet: Fleet;
  readonly #accounts: ConnectionAccounts;
  readonly #clock: Clock;
  readonly #searches = new Map<Placeable, Search>();
  #looks = 0;
  #scheduled = false;
  #stopped = false;

  constructor(fleet: Fleet, accounts: ConnectionAccounts, clock: Clock) {
    this.#fleet = fleet;
    this.#accounts = accounts;
    this.#clock = clock;
  }

  /** Streams without a connection. */
  get searching(): number {
    return this.#searches.size;
  }

  /** Begins the search after the current turn's other work, so that streams lost together are placed together. */
  add(placeable: Placeable): void {
    if (this.#stopped) return;
    this.#accounts.waitBegan();
    this.#searches.set(placeable, { sinceMs: this.#clock.now(), looks: this.#looks });
    this.look();
  }

  remove(placeable: Placeable): void {
    if (!this.#searches.delete(placeable)) return;
    this.#accounts.waitEnded();
    this.#accounts.acquireSettled(this.#stopped ? 'closed' : 'aborted', 0);
    this.look();
  }

  /** Puts a stream on a connection that was found for it. */
  place(placeable: Placeable, carrier: Carrier): void {
    this.#book(carrier, 'direct', 0);
    placeable.placed(carrier);
  }

  /** Looks again, after the current turn's other work. */
  look(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#stopped) this.#placeAll();
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const placeable of this.#searches.keys()) this.remove(placeable);
  }

  #placeAll(): void {
    this.#looks += 1;
    let shuns: readonly number[] | undefined;
    for (const [placeable, search] of this.#searches) {
      const carrier = this.#fleet.room > 0 ? this.#fleet.pick(placeable) : undefined;
      if (carrier) this.#found(placeable, search, carrier);
      else shuns ??= placeable.shuns;
      if (this.#fleet.room === 0) break;
    }
    this.#fleet.seek(this.#searches.size, shuns ?? []);
    this.#fleet.settle();
  }

  #found(placeable: Placeable, { sinceMs, looks }: Search, carrier: Carrier): void {
    this.#searches.delete(placeable);
    this.#accounts.waitEnded();
    const dialed = carrier.connection.openedAtMs >= sinceMs && carrier.connection.uses < carrier.capacity;
    const later = dialed ? 'dialed' : 'waited';
    this.#book(carrier, this.#looks > looks + 1 ? later : 'direct', this.#clock.now() - sinceMs);
    placeable.placed(carrier);
  }

  #book(carrier: Carrier, outcome: 'direct' | 'dialed' | 'waited', latencyMs: number): void {
    this.#accounts.acquireSettled(outcome, latencyMs);
    this.#accounts.useBegan(carrier.connection.uses > 0);
    this.#fleet.changeLoad(carrier, 1);
  }
}
