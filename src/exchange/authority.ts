import { createSecureContext, type SecureContext } from 'node:tls';
import type { ServerIdentity } from './certificates.js';
import { installReflectMetadata } from './reflect-metadata.js';

/** What a site's TLS endpoints can show: session tickets are good at every endpoint of the site. */
export interface ServerContexts {
  /** A certificate that the authority vouches for. */
  readonly genuine: SecureContext;
  /** A certificate of another authority, made for this run as well, that no client is told of. */
  readonly foreign: SecureContext;
  /** No certificate: a handshake ends with an alert. */
  readonly none: SecureContext;
}

/** A certificate authority made for one run. Nothing touches the disk. */
export interface Authority {
  /** PEM of the authority's certificate: what a client has to trust. */
  readonly ca: string;
  /** For servers at localhost, 127.0.0.1 and ::1, and by these names and addresses. */
  contexts(identity: ServerIdentity): Promise<ServerContexts>;
}

/** Makes a new authority. Its library takes a tenth of a second to load, so only sites with TLS load it. */
export async function createAuthority(): Promise<Authority> {
  installReflectMetadata();
  const { createIssuer } = await import('./certificates.js');
  const [own, other] = [await createIssuer(), await createIssuer()];
  const contextOf = async ({ issue }: typeof own, identity: ServerIdentity): Promise<SecureContext> =>
    createSecureContext({ ...(await issue(identity)), sessionIdContext: 'mp-bench' });
  return {
    ca: own.ca,
    contexts: async (identity) => ({
      genuine: await contextOf(own, identity),
      foreign: await contextOf(other, identity),
      none: createSecureContext(),
    }),
  };
}
