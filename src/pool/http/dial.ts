import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../../base/index.js';
import type { SetupParts } from '../accounts.js';
import { toError } from '../errors.js';
import { HttpConnection } from './connection.js';
import { HttpDialError, type HttpDialStage } from './errors.js';

export interface HttpDialOptions {
  /** For https; share one: parsing the certificate authorities costs more than a handshake. */
  readonly secureContext?: SecureContext;
  /** Gives the dial up; the error then tells how far it had come. */
  readonly signal?: AbortSignal;
  readonly clock: Clock;
}

/** What to trust: a context made before, or authorities to make one of; neither means the system's authorities. */
export interface TlsTrust {
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
  readonly secureContext?: SecureContext;
}

/** The one context that all connections of a pool share. */
export function secureContextOf({ ca, secureContext }: TlsTrust): SecureContext {
  if (secureContext) return secureContext;
  if (ca === undefined) return createSecureContext();
  return createSecureContext({ ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] });
}

/**
 * Opens one connection to an http or https origin: name lookup, TCP and TLS, each timed.
 * @throws {HttpDialError} with the stage that failed and the local port, if it came so far
 */
export async function dialHttp(origin: string, options: HttpDialOptions): Promise<HttpConnection> {
  const url = new URL(origin);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const { clock } = options;
  const startedAtMs = clock.now();

  let lookedUpAtMs = startedAtMs;
  const socket = connectTcp({ host, port, noDelay: true });
  socket.once('lookup', () => {
    lookedUpAtMs = clock.now();
  });
  const named = isIP(host) === 0;
  await reached(socket, 'connect', origin, options.signal, () =>
    named && lookedUpAtMs === startedAtMs ? 'dns' : 'tcp',
  );
  const connectedAtMs = clock.now();
  const parts: SetupParts = {
    dnsMs: lookedUpAtMs - startedAtMs,
    tcpMs: connectedAtMs - lookedUpAtMs,
    tlsMs: 0,
    upgradeMs: 0,
  };
  if (!secure) return new HttpConnection(url.origin, socket, clock, parts);

  const tls = connectTls({
    socket,
    host,
    ALPNProtocols: ['http/1.1'],
    secureContext: options.secureContext ?? secureContextOf({}),
    ...(named ? { servername: host } : {}),
  });
  await reached(tls, 'secureConnect', origin, options.signal, () => 'tls');
  return new HttpConnection(url.origin, tls, clock, { ...parts, tlsMs: clock.now() - connectedAtMs });
}

/** Resolves when `socket` emits `event`; destroys it and rejects when it fails or is given up before. */
function reached(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  origin: string,
  signal: AbortSignal | undefined,
  stage: () => HttpDialStage,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let localPort: number | null = null;
    const done = (): void => {
      socket.off(event, onReached).off('error', onError).off('close', onClose);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (cause: Error): void => {
      localPort = socket.localPort ?? localPort;
      done();
      socket.on('error', () => {}).destroy();
      reject(new HttpDialError(stage(), localPort, `dial of ${origin} failed: ${cause.message}`, { cause }));
    };
    const onReached = (): void => {
      done();
      resolve();
    };
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(Object.assign(new Error('closed by the peer'), { code: 'ECONNRESET' }));
    const onAbort = (): void => fail(toError(signal?.reason));
    // Before it connects a socket has no port yet, and asking for it now would make Node answer "none" ever after.
    if (event === 'secureConnect') localPort = socket.localPort ?? null;
    socket.on(event, onReached).on('error', onError).on('close', onClose);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
