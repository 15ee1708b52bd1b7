import type { Clock } from '../../base/index.js';
import { Alarm } from '../alarm.js';
import type { BudgetedRequest, HttpBudget } from './budget.js';

/** A request at the gate. */
export interface Applicant {
  readonly budgeted: BudgetedRequest;
  /** When it must have been let through. */
  readonly deadlineMs: number;
  /** It is counted as sent by now. */
  admitted(): void;
  refused(retryAfterMs: number): void;
  /** The pool closed first. */
  turnedAway(): void;
}

/** Lets requests through as the budget allows, first come first served; one that cannot make it is refused at once. */
export class BudgetGate {
  /** Requests that had to wait, and those refused. */
  held = 0;
  refusals = 0;
  readonly #budget: HttpBudget;
  readonly #clock: Clock;
  readonly #waiting = new Set<Applicant>();
  readonly #alarm: Alarm;
  #closed = false;

  constructor(budget: HttpBudget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
    this.#alarm = new Alarm(clock, () => this.#serve());
  }

  enter(applicant: Applicant): void {
    if (this.#closed) {
      applicant.turnedAway();
      return;
    }
    this.#waiting.add(applicant);
    this.#serve();
    if (this.#waiting.has(applicant)) this.held += 1;
  }

  /** It does not want to go any more. */
  leave(applicant: Applicant): void {
    if (this.#waiting.delete(applicant)) this.#serve();
  }

  /** Takes what a response says into account. */
  answered(...told: Parameters<HttpBudget['answered']>): void {
    this.#budget.answered(...told);
    if (this.#waiting.size > 0) this.#serve();
  }

  /** A request that was let through gets no response. */
  dropped(request: BudgetedRequest): void {
    this.#budget.dropped?.(request, this.#clock.now());
    if (this.#waiting.size > 0) this.#serve();
  }

  /** Turns all away, now and from now on; leaves no timer. */
  close(): void {
    this.#closed = true;
    this.#alarm.clear();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const applicant of waiting) applicant.turnedAway();
  }

  // Nobody overtakes: whoever comes after one that waits, waits at least as long.
  #serve(): void {
    let holdMs = 0;
    for (const applicant of this.#waiting) {
      const now = this.#clock.now();
      const { waitMs, fail = false } = this.#budget.ask(applicant.budgeted, now);
      const needsMs = Math.max(holdMs, waitMs);
      if (!(needsMs > 0)) {
        this.#waiting.delete(applicant);
        this.#budget.sent(applicant.budgeted, now);
        applicant.admitted();
      } else if ((fail && waitMs > 0) || now + needsMs > applicant.deadlineMs) {
        this.#waiting.delete(applicant);
        this.refusals += 1;
        applicant.refused(needsMs);
      } else {
        holdMs = needsMs;
      }
    }
    if (holdMs > 0 && this.#waiting.size > 0) this.#alarm.set(this.#clock.now() + this.#firstWaitMs());
    else this.#alarm.clear();
  }

  #firstWaitMs(): number {
    for (const { budgeted } of this.#waiting) return this.#budget.ask(budgeted, this.#clock.now()).waitMs;
    return 0;
  }
}
