import type { Fault } from './fault.js';

/** Streams fall silent while their connection lives on: no market data; heartbeats, replies and pongs as ever. */
export function streamStall(): Fault {
  return { unit: 'subscription', publish: () => [] };
}
