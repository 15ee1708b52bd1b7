import type { Fault } from './fault.js';

/**
 * Half-open: the path to the endpoint is lost. Connections stay open and dead, also after the lift (a black-holed peer
 * does not come back); newcomers are accepted by the kernel and never answered.
 */
export const silence: Fault = {
  inject(target) {
    for (const connection of target.connections()) connection.silence();
  },
  newcomer(connection) {
    connection.silence();
  },
  lift: async () => {
    // Connections made from now on work; those caught stay dead.
  },
};
