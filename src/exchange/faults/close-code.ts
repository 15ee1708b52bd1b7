import type { FaultSpecOf } from '../protocol.js';
import type { Fault } from './fault.js';

/** Streams that are open at injection end with this close frame; newcomers are served. */
export function closeCode({ code, reason }: FaultSpecOf<'close-code'>): Fault {
  return {
    unit: 'connection',
    strike: ({ stream }) => {
      stream?.close(code, reason);
      return stream !== null;
    },
  };
}
