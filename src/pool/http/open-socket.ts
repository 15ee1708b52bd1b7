import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/index.js';
import type { SetupParts } from '../accounts.js';
import { PoolError, toError } from '../errors.js';
import { type ResolvedAddress, systemResolve } from './addresses.js';
import { HttpDialError } from './errors.js';
import { race } from './race.js';
import { reached } from './reached.js';
import type { TlsSessions } from './tls-sessions.js';
import { secureContextOf } from './trust.js';

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
  /**
   * Hears of attempts at single addresses of a name that gave no connection, when the dial does not end with them: the
   * other side may have accepted them all the same.
   */
  readonly onLost?: (error: HttpDialError) => void;
  /** Sessions to resume from and to add to; without it every handshake is a full one. */
  readonly sessions?: TlsSessions;
}

export interface OpenSocket {
  /** Connected, and encrypted for https. */
  readonly socket: Socket | TLSSocket;
  readonly parts: SetupParts;
  readonly resumed: boolean;
  /** What the server chose of the protocols offered. */
  readonly protocol: string | undefined;
}

/** Host name or address of an origin, without the brackets of IPv6. */
export function hostOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '');
}

/** Name lookup, TCP and TLS, each timed. @throws {HttpDialError} */
export async function openSocket(
  origin: string,
  protocols: readonly string[],
  options: HttpDialOptions,
): Promise<OpenSocket> {
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
  if (!secure) return { socket, parts, resumed: false, protocol: undefined };
  const tls = await secured(socket, origin, protocols, options);
  return {
    socket: tls,
    parts: { ...parts, tlsMs: clock.now() - connectedAtMs },
    resumed: tls.isSessionReused(),
    protocol: tls.alpnProtocol || undefined,
  };
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
  { clock, signal, connectTimeoutMs, attemptDelayMs = 250, onLost }: HttpDialOptions,
): Promise<Socket> {
  const connect = async ({ address }: ResolvedAddress, until: AbortSignal | undefined): Promise<Socket> => {
    const socket = connectTcp({ host: address, port, noDelay: true });
    await reached(socket, 'connect', { origin, stage: 'tcp', signal: until, clock, limitMs: connectTimeoutMs });
    return socket;
  };
  const [only] = addresses;
  if (only && addresses.length === 1) return connect(only, signal);
  const lost = (error: unknown): void => {
    if (error instanceof HttpDialError) onLost?.(error);
  };
  const discard = (socket: Socket): void => {
    const cause = new PoolError('E_POOL_ABORTED', 'it connected too late');
    lost(new HttpDialError('tcp', socket.localPort ?? null, `dial of ${origin} failed: ${cause.message}`, { cause }));
    socket.on('error', () => {}).destroy();
  };
  try {
    return await race(addresses, { clock, attemptDelayMs, signal, connect, discard, lost });
  } catch (error) {
    if (error instanceof HttpDialError) throw error;
    const cause = toError(error);
    throw new HttpDialError('tcp', null, `dial of ${origin} failed: ${cause.message}`, { cause });
  }
}

async function secured(
  socket: Socket,
  origin: string,
  protocols: readonly string[],
  { secureContext, sessions, signal, clock, tlsTimeoutMs }: HttpDialOptions,
): Promise<TLSSocket> {
  const host = hostOf(origin);
  const session = sessions?.of(origin);
  const tls = connectTls({
    socket,
    host,
    ALPNProtocols: [...protocols],
    secureContext: secureContext ?? secureContextOf({}),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(session ? { session } : {}),
  });
  sessions?.follow(origin, tls, session);
  await reached(tls, 'secureConnect', { origin, stage: 'tls', signal, clock, limitMs: tlsTimeoutMs });
  return tls;
}
