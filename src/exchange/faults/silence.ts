import type { Fault } from './fault.js';

/**
 * Half-open: the path to the endpoint is lost. Connections stay open and dead, also after the lift (a black-holed peer
 * does not come back); newcomers are accepted by the kernel and never answered.
 */
export function silence(): Fault {
  return {
    unit: 'connection',
    strike: (connection) => {
      connection.silence();
      return true;
    },
    accept: (connection) => {
      connection.silence();
    },
  };
}
