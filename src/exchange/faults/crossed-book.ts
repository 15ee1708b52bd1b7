import type { Fault } from './fault.js';
import { spoilMessages } from './spoil-messages.js';

/** Books cross: the best bid of a message is at or above its best ask. */
export function crossedBook(): Fault {
  return spoilMessages('crossed');
}
