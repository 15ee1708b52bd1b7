import type { FaultSpecOf } from '../protocol.js';
import type { Fault } from './fault.js';

/**
 * Newcomers fail in their TLS handshake. `alert`: the exchange has nothing to show and says handshake_failure
 * (RFC 8446, 6.2). `certificate`: it shows one of an authority that nobody has heard of.
 */
export function tlsFailure({ by = 'alert' }: FaultSpecOf<'tls-failure'>): Fault {
  return { unit: 'newcomer', certificate: by === 'alert' ? 'none' : 'foreign' };
}
