import type { Fault } from './fault.js';

/**
 * The endpoint moves to another loopback address: its name resolves there, the old address refuses, and connections to
 * where it no longer is are closed, also on the way back.
 */
export function dnsChange(): Fault {
  return {
    unit: 'endpoint',
    inject: (endpoint) => endpoint.move(),
    strike: (connection) => {
      connection.close();
      return true;
    },
    lift: async (endpoint) => {
      const back = endpoint.moveBack();
      for (const connection of endpoint.connections())
        if (connection.localAddress !== endpoint.address) connection.close();
      await back;
    },
  };
}
