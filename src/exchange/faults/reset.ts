import type { Fault } from './fault.js';

/** A middlebox or an overloaded host: open connections and newcomers get RST. */
export function reset(): Fault {
  return {
    unit: 'connection',
    strike: (connection) => {
      connection.reset();
      return true;
    },
    accept: (connection) => {
      connection.reset();
    },
  };
}
