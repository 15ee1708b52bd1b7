import type { FaultSpecOf } from '../protocol.js';
import type { Fault, FaultTime } from './fault.js';

/** Going away (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;

/** Streams that are open at injection are told that they will be cut, and are when the time is up; newcomers stay. */
export function maintenanceNotice({ leadMs }: FaultSpecOf<'maintenance-notice'>, time: FaultTime): Fault {
  return {
    unit: 'connection',
    strike: ({ stream }) => {
      if (!stream) return false;
      stream.maintenance(leadMs);
      time.after(leadMs, () => {
        stream.close(GOING_AWAY, '');
      });
      return true;
    },
  };
}
