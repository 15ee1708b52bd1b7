import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/index.js';
import type { SetupParts } from '../accounts.js';
import { PoolError, toError } from '../errors.js';
import { type ResolvedAddress, systemResolve } from './addresses.js';
import { HttpConnection } from './connection.js';
import { HttpDialError, type HttpDialStage } from './errors.js';
import { race } from './race.js';
import type { TlsSessions } from './tls-sessions.js';

export interface HttpDialOptions {
  /** For https; share one: parsing the certificate authorities costs more than a handshake. */
  readonly secureContext?: SecureContext;
  /** Gives the dial up; the error then tells how far it had come. */
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  /** Limits of single stages in milliseconds, none when left out. */
  readonly connectTimeoutMs?: number;
  readonly tlsTimeoutMs?: number;
  /** Where names are looked up; by the system when left out. */
  readonly lookup?: (host: string) => Promise<readonly ResolvedAddress[]>;
  /** Head start of each address of a name over the next (default 250). */
  readonly attemptDelayMs?: number;
  /** Sessions to resume from and to add to; without it every handshake is a full one. */
  readonly sessions?: TlsSessions;
}

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

/** Host name or address of an origin, without the brackets of IPv6. */
export function hostOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '');
}

/**
 * Opens one connection to an http or https origin: name lookup, TCP and TLS, each timed. Of a name with several
 * addresses the first that connects is taken.
 * @throws {HttpDialError} with the stage that failed and the local port, if it came so far
 */
export async function dialHttp(origin: string, options: HttpDialOptions): Promise<HttpConnection> {
  const url = new URL(origin);
  const secure = url.protocol === 'https:';
  const host = hostOf(origin);
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const { clock } = options;

  const startedAtMs = clock.now();
  const addresses = await addressesOf(host, origin, options);
  const lookedUpAtMs = clock.now();
  const socket = await connectedTo(addresses, port, origin, options);
  const connectedAtMs = clock.now();
  const parts: SetupParts = {
    dnsMs: isIP(host) ? 0 : lookedUpAtMs - startedAtMs,
    tcpMs: connectedAtMs - (isIP(host) ? startedAtMs : lookedUpAtMs),
    tlsMs: 0,
    upgradeMs: 0,
  };
  if (!secure) return new HttpConnection(url.origin, socket, clock, parts);
  const tls = await secured(socket, host, origin, options);
  const tlsMs = clock.now() - connectedAtMs;
  return new HttpConnection(url.origin, tls, clock, { ...parts, tlsMs }, tls.isSessionReused());
}

async function addressesOf(
  host: string,
  origin: string,
  { lookup, signal }: HttpDialOptions,
): Promise<readonly ResolvedAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family: family === 6 ? 6 : 4 }];
  const find = lookup ?? (async (name: string) => (await systemResolve(name)).addresses);
  try {
    const found = await find(host);
    signal?.throwIfAborted();
    return found;
  } catch (error) {
    const cause = toError(error);
    throw new HttpDialError('dns', null, `dial of ${origin} failed: ${cause.message}`, { cause });
  }
}

async function connectedTo(
  addresses: readonly ResolvedAddress[],
  port: number,
  origin: string,
  { clock, signal, connectTimeoutMs, attemptDelayMs = 250 }: HttpDialOptions,
): Promise<Socket> {
  const connect = async ({ address }: ResolvedAddress, until: AbortSignal | undefined): Promise<Socket> => {
    const socket = connectTcp({ host: address, port, noDelay: true });
    await reached(socket, 'connect', { origin, stage: 'tcp', signal: until, clock, limitMs: connectTimeoutMs });
    return socket;
  };
  const [only] = addresses;
  if (only && addresses.length === 1) return connect(only, signal);
  const discard = (socket: Socket): void => {
    socket.on('error', () => {}).destroy();
  };
  try {
    return await race(addresses, { clock, attemptDelayMs, signal, connect, discard });
  } catch (error) {
    if (error instanceof HttpDialError) throw error;
    const cause = toError(error);
    throw new HttpDialError('tcp', null, `dial of ${origin} failed: ${cause.message}`, { cause });
  }
}

async function secured(socket: Socket, host: string, origin: string, options: HttpDialOptions): Promise<TLSSocket> {
  const { secureContext, sessions, signal, clock, tlsTimeoutMs } = options;
  const session = sessions?.take(origin);
  const tls = connectTls({
    socket,
    host,
    ALPNProtocols: ['http/1.1'],
    secureContext: secureContext ?? secureContextOf({}),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(session ? { session } : {}),
  });
  sessions?.follow(origin, tls);
  await reached(tls, 'secureConnect', { origin, stage: 'tls', signal, clock, limitMs: tlsTimeoutMs });
  return tls;
}

interface Stage {
  readonly origin: string;
  readonly stage: HttpDialStage;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly limitMs: number | undefined;
}

/** Resolves when `socket` emits `event`; destroys it and rejects when it fails, is late or is given up before. */
function reached(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  { origin, stage, signal, clock, limitMs }: Stage,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let localPort: number | null = null;
    const done = (): void => {
      socket.off(event, onReached).off('error', onError).off('close', onClose);
      signal?.removeEventListener('abort', onAbort);
      if (limitMs !== undefined) clock.clearTimeout(timer);
    };
    const fail = (cause: Error): void => {
      localPort = socket.localPort ?? localPort;
      done();
      socket.on('error', () => {}).destroy();
      reject(new HttpDialError(stage, localPort, `dial of ${origin} failed: ${cause.message}`, { cause }));
    };
    const onReached = (): void => {
      done();
      resolve();
    };
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(Object.assign(new Error('closed by the peer'), { code: 'ECONNRESET' }));
    const onAbort = (): void => fail(toError(signal?.reason));
    const onLate = (): void => fail(new PoolError('E_POOL_TIMEOUT', `${stage} took over ${limitMs} ms`));
    const timer = limitMs === undefined ? undefined : clock.setTimeout(onLate, limitMs);
    // Before it connects a socket has no port yet, and asking for it now would make Node answer "none" ever after.
    if (event === 'secureConnect') localPort = socket.localPort ?? null;
    socket.on(event, onReached).on('error', onError).on('close', onClose);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
