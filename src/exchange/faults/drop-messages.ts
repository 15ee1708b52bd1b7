import type { Fault } from './fault.js';

/** Messages are left out, so that the stream has gaps. */
export function dropMessages(): Fault {
  return { unit: 'message', publish: () => [] };
}
