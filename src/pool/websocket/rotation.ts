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

export interface RotationWish {
  /** Endpoints not to go to. */
  readonly shuns?: readonly number[];
  /** The venue will have closed the connection by then. */
  readonly withinMs?: number | undefined;
}

interface Turn {
  readonly carrier: Carrier;
  readonly cause: RotationCause;
  readonly shuns: readonly number[];
  readonly sinceMs: number;
  /** When it will be cut; infinity when nobody said so. */
  readonly byMs: number;
}

/** A turn that has begun. */
interface Begun {
  readonly turn: Turn;
  arrived: boolean;
  graceTimer: TimerHandle;
}

// Of the time that there is for each connection until the venue cuts it: the rest is for dialling and for its requests.
const SETTLE_SHARE = 0.5;

/**
 * Replaces connections before they end: the new one is open and works before the old one is left. What only grows old
 * goes one at a time; what is about to be cut, as soon as there is room for new ones, the most urgent first.
 */
export class Rotation {
  readonly #options: RotationOptions;
  readonly #due = new Map<Carrier, number>();
  readonly #queue: Turn[] = [];
  readonly #begun = new Map<Carrier, Begun>();
  #timer: TimerHandle;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  /** Connections that wait for their turn, and those that have it. */
  get pending(): number {
    return this.#queue.length + this.#begun.size;
  }

  /** A connection is there to be replaced in time. */
  joined(carrier: Carrier): void {
    const { dueMs, emptyDueMs } = this.#options;
    const { openedAtMs, emptySinceMs } = carrier.connection;
    const due = dueMs(openedAtMs);
    // It may have been empty for a while before it was lent.
    this.#due.set(carrier, carrier.role === 'standby' ? Math.min(due, emptyDueMs(emptySinceMs)) : due);
    this.#plan();
  }

  /** Replaces a connection: at once by the venue's notice, else as soon as all others are done. */
  rotate(carrier: Carrier, cause: RotationCause, { shuns = [], withinMs }: RotationWish = {}): void {
    if (carrier.role === 'gone' || carrier.role === 'retiring') return;
    this.#due.delete(carrier);
    const sinceMs = this.#options.clock.now();
    const turn = { carrier, cause, shuns, sinceMs, byMs: sinceMs + (withinMs ?? Number.POSITIVE_INFINITY) };
    // What is about to be cut cannot wait for what is only growing old.
    if (cause === 'notice') {
      this.#unqueue(carrier);
      this.#begin(turn);
    } else {
      this.#queue.push(turn);
      this.#next();
    }
  }

  /** The connection has ended, in order or not. */
  ended(carrier: Carrier): void {
    this.#due.delete(carrier);
    this.#unqueue(carrier);
    const begun = this.#begun.get(carrier);
    if (!begun) return;
    const { clock, accounts, emit } = this.#options;
    const now = clock.now();
    clock.clearTimeout(begun.graceTimer);
    const tookMs = now - begun.turn.sinceMs;
    accounts.rotationMs.record(tookMs);
    emit({ kind: 'rotated', ...rowOf(carrier.connection), atMs: now, tookMs });
    this.#begun.delete(carrier);
    this.#next();
  }

  stop(): void {
    this.#queue.length = 0;
    this.#due.clear();
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    for (const { graceTimer } of this.#begun.values()) clock.clearTimeout(graceTimer);
  }

  #unqueue(carrier: Carrier): void {
    const waiting = this.#queue.findIndex((turn) => turn.carrier === carrier);
    if (waiting !== -1) this.#queue.splice(waiting, 1);
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
    const turn = this.#begun.size > 0 ? undefined : this.#queue.shift();
    if (turn) this.#begin(turn);
  }

  #begin(turn: Turn): void {
    const { fleet, clock, emit } = this.#options;
    const { carrier, cause, shuns, byMs } = turn;
    const begun = { turn, arrived: false, graceTimer: undefined };
    this.#begun.set(carrier, begun);
    emit({ kind: 'rotating', ...rowOf(carrier.connection), atMs: clock.now(), cause });
    if (carrier.load === 0) fleet.retire(carrier);
    else fleet.replace(carrier, { shuns, byMs, arrived: (successor) => this.#arrived(begun, successor) });
  }

  #arrived(begun: Begun, successor: Carrier): void {
    const { carrier } = begun.turn;
    if (this.#begun.get(carrier) !== begun) return;
    carrier.settleMs = SETTLE_SHARE * this.#leftMs(begun);
    begun.arrived = true;
    this.#options.move(carrier, successor);
    this.#watch(begun);
  }

  /** How long a connection may take that is being replaced, if those that still wait are to be replaced in time too. */
  #leftMs({ turn }: Begun): number {
    let waiting = 0;
    for (const { arrived } of this.#begun.values()) if (!arrived) waiting += 1;
    return Math.max(0, turn.byMs - this.#options.clock.now()) / Math.max(1, waiting);
  }

  // A venue that does not answer the last requests on the old connection must not hold up the next one.
  #watch(begun: Begun): void {
    const { clock, graceMs, moved } = this.#options;
    const { carrier } = begun.turn;
    begun.graceTimer = clock.setTimeout(() => {
      if (moved(carrier)) carrier.connection.close('lifetime');
      else this.#watch(begun);
    }, graceMs);
  }
}
