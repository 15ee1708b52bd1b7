import type { Clock } from '../base/index.js';
import { Alarm } from './alarm.js';

/** A task under way that settles by its deadline or when cancelled, whatever the task itself does. */
export interface Bounded {
  /** Settles it now with `error`; the task's signal aborts. Nothing happens when it has settled. */
  cancel(error: Error): void;
}

export interface BoundedOutcome<V> {
  readonly done: (value: V) => void;
  readonly failed: (error: unknown) => void;
  /** Gets a value that came after the deadline or the cancellation. */
  readonly late: (value: V) => void;
}

/**
 * Runs `task`, which may hang, throw or answer late; calls exactly one of `done` and `failed`. The limit may be any
 * number of milliseconds, `Infinity` for none.
 */
export function bounded<V>(
  clock: Clock,
  limit: { readonly ms: number; readonly error: () => Error },
  task: (signal: AbortSignal) => Promise<V>,
  outcome: BoundedOutcome<V>,
): Bounded {
  const controller = new AbortController();
  let settled = false;
  const settle = (tell: () => void): boolean => {
    if (settled) return false;
    settled = true;
    alarm.clear();
    tell();
    return true;
  };
  const cancel = (error: Error): void => {
    if (settle(() => outcome.failed(error))) controller.abort(error);
  };
  const alarm = new Alarm(clock, () => cancel(limit.error()));
  alarm.set(clock.now() + limit.ms);
  const run = async (): Promise<V> => task(controller.signal);
  run().then(
    (value) => {
      if (!settle(() => outcome.done(value))) outcome.late(value);
    },
    (error: unknown) => {
      settle(() => outcome.failed(error));
    },
  );
  return { cancel };
}
