import type { FaultSpecOf } from '../protocol.js';
import type { Fault } from './fault.js';

/** A node restarts behind its balancer: all connections are cut at once, and newcomers are served. */
export function cutAll({ by = 'fin' }: FaultSpecOf<'cut-all'>): Fault {
  return {
    unit: 'connection',
    strike: (connection) => {
      if (by === 'rst') connection.reset();
      else connection.close();
      return true;
    },
  };
}
