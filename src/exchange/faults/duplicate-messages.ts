import type { Fault } from './fault.js';

/** Messages are sent twice in a row. */
export function duplicateMessages(): Fault {
  return { unit: 'message', publish: (message) => [message, message] };
}
