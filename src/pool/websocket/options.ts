import { createSecureContext, type SecureContext } from 'node:tls';
import { type Clock, type Random, seededRandom, systemClock } from '../../base/index.js';
import type { BackoffOptions } from './backoff.js';
import type { StreamProtocol } from './protocol.js';
import type { DialTransport } from './transport.js';
import { wsDialer } from './ws-transport.js';

/** Settings of a pool of WebSocket connections; durations in milliseconds. */
export interface WebSocketConnectionPoolOptions {
  readonly name?: string;
  /** Where to dial: `ws://host:port` or `wss://host:port`, the venue's path left to the protocol. */
  readonly origins: readonly string[];
  readonly protocol: StreamProtocol;
  /** For wss origins: PEM of the authorities to trust instead of the system's, or a ready context. */
  readonly tls?: { readonly ca?: string; readonly secureContext?: SecureContext };
  /** Connections kept open at least (default 0) and at most. */
  readonly minConnections?: number;
  readonly maxConnections: number;
  /** Streams that one connection carries at most. */
  readonly streamsPerConnection: number;
  /** Limit on dialling, upgrade included (default 10 s). */
  readonly handshakeTimeoutMs?: number;
  /** How long a request may go unanswered before it is sent again (default 5 s). */
  readonly ackTimeoutMs?: number;
  /** A connection on which nothing arrives for this long is pinged (default 15 s) … */
  readonly silenceTimeoutMs?: number;
  /** … and is dead when nothing arrives for this long after the ping (default 5 s). */
  readonly pingTimeoutMs?: number;
  /** Delay between dials while they fail (default 100 ms to 10 s). */
  readonly backoff?: BackoffOptions;
  /** How long one search for a connection may take before it starts afresh (default 30 s). */
  readonly acquireTimeoutMs?: number;
  /** A connection without streams is closed after this long. Left out: the generic pool's default. */
  readonly idleTimeoutMs?: number;
  /**
   * Failures in a row after which an endpoint is out (default 1), and for how long (default 1 s). It comes back with one
   * connection on trial, which passes by standing for as long again; streams beyond its room wait for that.
   */
  readonly failureThreshold?: number;
  readonly cooldownMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Replaces the network, for tests. */
  readonly dial?: DialTransport;
}

/** Options with every default filled in that this layer decides. */
export type ResolvedOptions = WebSocketConnectionPoolOptions &
  Required<
    Pick<
      WebSocketConnectionPoolOptions,
      | 'handshakeTimeoutMs'
      | 'ackTimeoutMs'
      | 'silenceTimeoutMs'
      | 'pingTimeoutMs'
      | 'backoff'
      | 'acquireTimeoutMs'
      | 'cooldownMs'
      | 'clock'
      | 'random'
      | 'dial'
    >
  >;

/** @throws {RangeError} naming the option, what was expected, and what it got */
export function resolveOptions(options: WebSocketConnectionPoolOptions): ResolvedOptions {
  const defaults = {
    handshakeTimeoutMs: 10_000,
    ackTimeoutMs: 5000,
    silenceTimeoutMs: 15_000,
    pingTimeoutMs: 5000,
    acquireTimeoutMs: 30_000,
    cooldownMs: 1000,
    backoff: { initialMs: 100, maxMs: 10_000 },
    clock: systemClock,
    // Clients that start together must not dial in step: unless told otherwise, each has a sequence of its own.
    random: options.random ?? seededRandom(`${process.pid}/${systemClock.now()}`),
  };
  const filled = { ...defaults, ...options };
  validate(filled);
  return { ...filled, dial: options.dial ?? wsDialer(filled.handshakeTimeoutMs, filled.clock, contextOf(options)) };
}

function contextOf({ tls, origins }: WebSocketConnectionPoolOptions): SecureContext | undefined {
  if (tls?.secureContext) return tls.secureContext;
  if (!origins.some((origin) => origin.startsWith('wss:'))) return undefined;
  return createSecureContext(tls?.ca === undefined ? {} : { ca: tls.ca });
}

function validate(options: Omit<ResolvedOptions, 'dial'>): void {
  if (options.origins.length === 0) throw new RangeError('Expected `origins` to name at least one endpoint, got none');
  for (const origin of options.origins)
    if (!/^wss?:\/\/[^/]+$/.test(origin))
      throw new RangeError(`Expected \`origins\` to be like ws://host:port, got ${origin}`);
  for (const name of ['maxConnections', 'streamsPerConnection'] as const) expectCount(name, options[name]);
  for (const name of ['maxStreamsPerRequest', 'requestsPerSecond'] as const)
    expectCount(`protocol.${name}`, options.protocol[name]);
  for (const name of ['handshakeTimeoutMs', 'ackTimeoutMs', 'silenceTimeoutMs', 'pingTimeoutMs'] as const)
    if (!(options[name] > 0)) throw new RangeError(`Expected \`${name}\` to be above 0 ms, got ${options[name]}`);
  const { initialMs, maxMs } = options.backoff;
  if (!(initialMs > 0 && maxMs >= initialMs))
    throw new RangeError(`Expected \`backoff\` to rise from above 0 ms, got ${initialMs} to ${maxMs}`);
}

function expectCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`Expected \`${name}\` to be a whole number from 1, got ${value}`);
}
