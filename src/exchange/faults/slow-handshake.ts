import type { FaultSpecOf } from '../protocol.js';
import type { Fault, FaultTime } from './fault.js';

/** An overloaded front: newcomers wait for their TLS handshake or, at a plain site, for the answer to their upgrade. */
export function slowHandshake({ delayMs }: FaultSpecOf<'slow-handshake'>, time: FaultTime): Fault {
  return {
    unit: 'newcomer',
    handshake: (proceed) => {
      time.after(delayMs, proceed);
    },
  };
}
