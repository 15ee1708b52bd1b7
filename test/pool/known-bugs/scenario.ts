import type { OpenPool } from './scene.js';

/** A well-known bug as a run of a pool: it passes where the bug is not, and fails an expectation where it is. */
export interface Scenario {
  readonly name: string;
  /** What the failed expectation says on a pool that has the bug. */
  readonly symptom: string;
  readonly run: (open: OpenPool) => Promise<void>;
}
