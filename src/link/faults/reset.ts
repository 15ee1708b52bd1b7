import type { Fault } from './fault.js';

/** A middlebox or an overloaded host: open connections and newcomers get RST. */
export const reset: Fault = {
  inject(target) {
    for (const connection of target.connections()) connection.reset();
  },
  newcomer(connection) {
    connection.reset();
  },
  lift: async () => {
    // Newcomers are served again; there is nothing to repair.
  },
};
