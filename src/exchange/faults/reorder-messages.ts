import type { Fault } from './fault.js';

/** Messages change places with the next one of their stream. One that still waits at the lift is sent then. */
export function reorderMessages(): Fault {
  return { unit: 'message', publish: () => 'after-next' };
}
