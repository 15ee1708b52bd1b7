import type { Fault } from './fault.js';

/** Subscribes and unsubscribes take effect and are never acknowledged. */
export function lostAck(): Fault {
  return { unit: 'acknowledgement', acknowledge: () => true };
}
