import type { Clock, TimerHandle } from '../../base/index.js';
import type { Carrier } from './carrier.js';
import { rowOf } from './connection-rows.js';
import type { RotationCause, StreamPoolEvent } from './events.js';
import type { Fleet } from './fleet.js';
import type { StreamAccounts } from './stream-accounts.js';

export interface RotationOptions {
  readonly clock: Clock;
  readonly fleet: Fleet;
  readonly accounts: StreamAccounts;
  /** When to replace a connection that was opened then; infinity for never. */
  readonly dueMs: (openedAtMs: number) => number;
  /** When to replace one that has carried no stream since then; infinity for never. */
  readonly emptyDueMs: (sinceMs: number) => number;
  /** How long the venue may take to let the last streams of an old connection go, once others carry them. */
  readonly graceMs: number;
  readonly emit: (event: StreamPoolEvent) => void;
  /** Has `successor` take over every stream of `old`. */
  readonly move: (old: Carrier, successor: Carrier) => void;
  /** Are the streams of it carried elsewhere by now? */
  readonly moved: (old: Carrier) => boolean;
}

interface Turn {
  readonly carrier: Carrier;
  readonly cause: RotationCause;
  readonly shuns: readonly number[];
  readonly sinceMs: number;
}

/** Replaces connections before they end, one at a time: the new one is open and works before the old one is left. */
export class Rotation {
  readonly #options: RotationOptions;
  readonly #due = new Map<Carrier, number>();
  readonly #queue: Turn[] = [];
  #current: Turn | undefined;
  #timer: TimerHandle;
  #graceTimer: TimerHandle;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  /** Connections that wait for their turn, and the one that has it. */
  get pending(): number {
    return this.#queue.length + (this.#current ? 1 : 0);
  }

  /** A connection is there to be replaced in time. */
  joined(carrier: Carrier): void {
    const { dueMs, emptyDueMs } = this.#options;
    const due = dueMs(carrier.connection.openedAtMs);
    this.#due.set(carrier, carrier.role === 'standby' ? Math.min(due, emptyDueMs(carrier.sinceMs)) : due);
    this.#plan();
  }

  /** Replaces a connection as soon as those before it are done; `shuns` are endpoints not to go to. */
  rotate(carrier: Carrier, cause: RotationCause, shuns: readonly number[] = []): void {
    if (carrier.role === 'gone' || carrier.role === 'retiring') return;
    this.#due.delete(carrier);
    const turn = { carrier, cause, shuns, sinceMs: this.#options.clock.now() };
    // What is about to be cut cannot wait for what is only growing old.
    if (cause === 'notice') {
      this.#options.fleet.retire(carrier);
      this.#queue.unshift(turn);
    } else this.#queue.push(turn);
    this.#next();
  }

  /** The connection has ended, in order or not. */
  ended(carrier: Carrier): void {
    this.#due.delete(carrier);
    const waiting = this.#queue.findIndex((turn) => turn.carrier === carrier);
    if (waiting !== -1) this.#queue.splice(waiting, 1);
    if (this.#current?.carrier !== carrier) return;
    const { clock, accounts, emit } = this.#options;
    const now = clock.now();
    clock.clearTimeout(this.#graceTimer);
    const tookMs = now - this.#current.sinceMs;
    accounts.rotationMs.record(tookMs);
    emit({ kind: 'rotated', ...rowOf(carrier.connection), atMs: now, tookMs });
    this.#current = undefined;
    this.#next();
  }

  stop(): void {
    this.#queue.length = 0;
    this.#due.clear();
    this.#options.clock.clearTimeout(this.#timer);
    this.#options.clock.clearTimeout(this.#graceTimer);
  }

  #plan(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    const firstMs = Math.min(...this.#due.values());
    if (firstMs === Number.POSITIVE_INFINITY) return;
    // Timers of Node.js hold no more than 2^31 - 1 ms; a connection of that age is looked at on the way.
    const delayMs = Math.min(Math.max(0, firstMs - clock.now()), 2 ** 31 - 1);
    this.#timer = clock.setTimeout(() => this.#look(), delayMs);
  }

  #look(): void {
    const now = this.#options.clock.now();
    for (const [carrier, dueMs] of this.#due) if (dueMs <= now) this.rotate(carrier, 'age');
    this.#plan();
  }

  #next(): void {
    const turn = this.#current ? undefined : this.#queue.shift();
    if (!turn) return;
    const { fleet, clock, emit } = this.#options;
    const { carrier, cause, shuns } = turn;
    this.#current = turn;
    emit({ kind: 'rotating', ...rowOf(carrier.connection), atMs: clock.now(), cause });
    if (carrier.load === 0) fleet.retire(carrier);
    else fleet.replace(carrier, shuns, (successor) => this.#arrived(carrier, successor));
  }

  #arrived(carrier: Carrier, successor: Carrier): void {
    if (this.#current?.carrier !== carrier) return;
    this.#options.move(carrier, successor);
    this.#watch(carrier);
  }

  // A venue that does not answer the last requests on the old connection must not hold up the next one.
  #watch(carrier: Carrier): void {
    const { clock, graceMs, moved } = this.#options;
    this.#graceTimer = clock.setTimeout(() => {
      if (moved(carrier)) carrier.connection.close('lifetime');
      else this.#watch(carrier);
    }, graceMs);
  }
}
