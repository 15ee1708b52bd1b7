import type { Clock } from '../../base/index.js';
import { Alarm } from '../alarm.js';

/** The requests of a pool that have begun and not ended; closed, it lets no more begin. */
export class UnderWay {
  /** Why the pool was closed, if its user said so; those under way end with it. */
  endedBy: Error | undefined;
  readonly #clock: Clock;
  readonly #emptied = new Set<() => void>();
  #count = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One begins; false when none may any more. */
  enter(): boolean {
    if (this.#closed) return false;
    this.#count += 1;
    return true;
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count === 0) for (const tell of this.#emptied) tell();
  }

  /** Lets no more begin. */
  close(): void {
    this.#closed = true;
  }

  /** Lets no more begin. Resolves when the last has ended, or after `withinMs`; to the time that is left. */
  async end(withinMs: number): Promise<number> {
    this.close();
    const deadlineMs = this.#clock.now() + withinMs;
    if (this.#count > 0) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          alarm.clear();
          this.#emptied.delete(done);
          resolve();
        };
        const alarm = new Alarm(this.#clock, () => (this.#clock.now() < deadlineMs ? alarm.set(deadlineMs) : done()));
        this.#emptied.add(done);
        alarm.set(deadlineMs);
      });
    }
    return Math.max(0, deadlineMs - this.#clock.now());
  }
}
