import type { Clock } from '../base/index.js';
import { Alarm } from './alarm.js';
import { type Dated, DeadlineHeap } from './deadline-heap.js';

// `place` of one in the chain; those in the heap have their index.
const CHAINED = -2;

/**
 * The deadlines of all who wait, with one timer. Mostly each is due after the one before it: those form a chain, which
 * one joins and leaves at constant cost; the others go to a heap. The timer is not moved when somebody leaves; when it
 * rings too early it is set again.
 */
export class Deadlines<D extends Dated> {
  readonly #clock: Clock;
  readonly #passed: (dated: D) => void;
  readonly #alarm: Alarm;
  readonly #heap = new DeadlineHeap<D>();
  #first: D | undefined;
  #last: D | undefined;

  /** `passed` hears of each deadline that has passed; it is not among the deadlines any more. */
  constructor(clock: Clock, passed: (dated: D) => void) {
    this.#clock = clock;
    this.#passed = passed;
    this.#alarm = new Alarm(clock, () => this.#ring());
  }

  add(dated: D): void {
    const last = this.#last;
    if (last && dated.deadlineMs < last.deadlineMs) this.#heap.add(dated);
    else {
      dated.place = CHAINED;
      dated.sooner = last;
      if (last) last.later = dated;
      else this.#first = dated;
      this.#last = dated;
    }
    this.#alarm.noLaterThan(dated.deadlineMs);
  }

  remove(dated: D): void {
    if (dated.place === CHAINED) this.#unchain(dated);
    else if (dated.place >= 0) this.#heap.remove(dated);
  }

  /** Sets the timer aside for good. */
  clear(): void {
    this.#alarm.clear();
  }

  #unchain(dated: D): void {
    const { sooner, later } = dated;
    if (sooner) sooner.later = later;
    else this.#first = later as D | undefined;
    if (later) later.sooner = sooner;
    else this.#last = sooner as D | undefined;
    dated.sooner = undefined;
    dated.later = undefined;
    dated.place = -1;
  }

  #ring(): void {
    const now = this.#clock.now();
    for (let next = this.#soonest(); next; next = this.#soonest()) {
      if (next.deadlineMs > now) {
        this.#alarm.noLaterThan(next.deadlineMs);
        return;
      }
      this.remove(next);
      this.#passed(next);
    }
  }

  #soonest(): D | undefined {
    const [chained, heaped] = [this.#first, this.#heap.first];
    if (!chained || !heaped) return chained ?? heaped;
    return heaped.deadlineMs < chained.deadlineMs ? heaped : chained;
  }
}
