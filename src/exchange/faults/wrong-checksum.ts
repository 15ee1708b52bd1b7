import type { Fault } from './fault.js';
import { spoilMessages } from './spoil-messages.js';

/** The checksum of a book message does not fit its levels. */
export function wrongChecksum(): Fault {
  return spoilMessages('checksum');
}
