import { createSecureContext, type SecureContext } from 'node:tls';
import { installReflectMetadata } from './reflect-metadata.js';

/** A certificate authority made for one run, and a server context that it vouches for. Nothing touches the disk. */
export interface Authority {
  /** PEM of the authority's certificate: what a client has to trust. */
  readonly ca: string;
  /** For servers named localhost, 127.0.0.1 or ::1; session tickets on, shared by everyone who uses it. */
  readonly context: SecureContext;
}

/** Makes a new authority. Its library takes a tenth of a second to load, so only sites with TLS load it. */
export async function createAuthority(): Promise<Authority> {
  installReflectMetadata();
  const { createCertificates } = await import('./certificates.js');
  const { ca, cert, key } = await createCertificates();
  return { ca, context: createSecureContext({ key, cert, sessionIdContext: 'mp-bench' }) };
}
