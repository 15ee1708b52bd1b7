import type { FaultSpecOf } from '../protocol.js';
import type { Fault, FaultConnection, FaultTime } from './fault.js';

/**
 * The race of a kept connection: the server's idle timeout ends it just as the next request is on its way, so that the
 * request is lost. Hit are requests on connections that were idle for `afterMs` since the fault began.
 */
export function idleClose({ afterMs }: FaultSpecOf<'idle-close'>, time: FaultTime): Fault {
  const beganMs = time.now();
  const answeredMs = new WeakMap<FaultConnection, number>();
  return {
    unit: 'request',
    request: (connection) => {
      const kept = connection.entry.row.responses > 0;
      if (!kept || time.now() - (answeredMs.get(connection) ?? beganMs) < afterMs) return false;
      connection.close();
      return true;
    },
    answered: (connection) => {
      answeredMs.set(connection, time.now());
    },
  };
}
