import type { Fault } from './fault.js';

/** The process behind the endpoint is gone: open connections get FIN, newcomers are refused by the kernel. */
export const refuse: Fault = {
  inject(target) {
    target.stopListening();
    for (const connection of target.connections()) connection.close();
  },
  lift: (target) => target.listen(),
};
