import type { Clock } from '../base/index.js';
import { Alarm } from './alarm.js';
import { PoolError } from './errors.js';
import type { DialFailure } from './trouble.js';

interface Fill {
  readonly target: number;
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a warm start goes by. */
export interface FillingState {
  readonly open: number;
  readonly dialing: number;
  /** No endpoint is in service. */
  readonly noneUp: boolean;
  readonly lastFailure: DialFailure | undefined;
}

/** Warm starts under way: how many connections they want, and how they end. */
export class Filling {
  readonly #limits: { readonly clock: Clock; readonly min: number; readonly timeoutMs: number };
  readonly #state: () => FillingState;
  readonly #alarm: Alarm;
  readonly #changed: () => void;
  #fills: Fill[] = [];

  /**
   * Fewer than wanted will do after `timeoutMs` if there are `min`. `changed` hears when that time is over and a start
   * has ended.
   */
  constructor(
    limits: { readonly clock: Clock; readonly min: number; readonly timeoutMs: number },
    state: () => FillingState,
    changed: () => void,
  ) {
    this.#limits = limits;
    this.#state = state;
    this.#changed = changed;
    this.#alarm = new Alarm(limits.clock, () => this.#outOfTime());
  }

  /** The number of connections wanted now, 0 when no warm start is under way. */
  get target(): number {
    return this.#fills.reduce((most, { target }) => Math.max(most, target), 0);
  }

  to(target: number): Promise<void> {
    const sinceMs = this.#limits.clock.now();
    return new Promise((resolve, reject) => {
      this.#fills.push({ target, sinceMs, resolve, reject });
      this.#alarm.noLaterThan(sinceMs + this.#limits.timeoutMs);
    });
  }

  /** Ends those that have what they want, and those whose dials failed when there is nothing else to hope for. */
  settle(): void {
    if (this.#fills.length === 0) return;
    const { open, dialing, noneUp, lastFailure } = this.#state();
    const hopeless = open === 0 && dialing === 0 && noneUp;
    this.#end(({ target, sinceMs, resolve }) => {
      if (open >= target) return () => resolve();
      return hopeless && lastFailure && lastFailure.atMs >= sinceMs ? this.#fail : undefined;
    });
  }

  stop(error: Error): void {
    this.#alarm.clear();
    for (const { reject } of this.#fills) reject(error);
    this.#fills = [];
  }

  #outOfTime(): void {
    const { clock, min, timeoutMs } = this.#limits;
    const now = clock.now();
    const { open } = this.#state();
    this.#end(({ sinceMs, resolve }) => {
      if (sinceMs + timeoutMs > now) return undefined;
      return open >= min && open > 0 ? () => resolve() : this.#fail;
    });
    this.#changed();
  }

  // Ends each start in the way that `ending` says, if it does.
  #end(ending: (fill: Fill) => ((fill: Fill) => void) | undefined): void {
    const endings = this.#fills.map((fill) => ({ fill, end: ending(fill) }));
    this.#fills = endings.flatMap(({ fill, end }) => (end ? [] : [fill]));
    for (const { fill, end } of endings) end?.(fill);
    const [first] = this.#fills;
    this.#alarm.set(first ? first.sinceMs + this.#limits.timeoutMs : Number.POSITIVE_INFINITY);
  }

  readonly #fail = ({ target, sinceMs, reject }: Fill): void => {
    const { open, dialing, lastFailure } = this.#state();
    const afterMs = Math.round(this.#limits.clock.now() - sinceMs);
    const cause = lastFailure?.error;
    const why = cause?.message ?? `${dialing} are being dialled`;
    reject(
      new PoolError('E_POOL_DIAL', `warm start: ${open} of ${target} open after ${afterMs} ms: ${why}`, { cause }),
    );
  };
}
