import type { Fault } from './fault.js';

/** The process behind the endpoint is gone: open connections get FIN, newcomers are refused by the kernel. */
export function refuse(): Fault {
  return {
    unit: 'endpoint',
    inject: (endpoint) => {
      endpoint.stopListening();
    },
    strike: (connection) => {
      connection.close();
      return true;
    },
    lift: (endpoint) => endpoint.listen(),
  };
}
