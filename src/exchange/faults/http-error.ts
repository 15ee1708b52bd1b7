import type { FaultSpecOf } from '../protocol.js';
import type { Fault } from './fault.js';

/** Requests and upgrades are answered with a status of failure, in the venue's own words; the venue never sees them. */
export function httpError({ status }: FaultSpecOf<'http-error'>): Fault {
  return { unit: 'request', answer: (venue) => venue.failure(status) };
}
