import { createSecureContext, type SecureContext } from 'node:tls';

/** What to trust: a context made before, or authorities to make one of; neither means the system's authorities. */
export interface TlsTrust {
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
  readonly secureContext?: SecureContext;
  /** Shorten handshakes by earlier sessions (default true). */
  readonly resume?: boolean;
}

/** The one context that all connections of a pool share. */
export function secureContextOf({ ca, secureContext }: TlsTrust): SecureContext {
  if (secureContext) return secureContext;
  if (ca === undefined) return createSecureContext();
  return createSecureContext({ ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] });
}
