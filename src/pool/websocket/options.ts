import { createSecureContext, type SecureContext } from 'node:tls';
import { type Clock, type Random, seededRandom, systemClock } from '../../base/index.js';
import type { BackoffOptions } from './backoff.js';
import type { StreamProtocol } from './protocol.js';
import type { RotationWindow } from './rotation-times.js';
import type { DialTransport } from './transport.js';
import type { VenueBudget } from './venue-budget.js';
import { wsDialer } from './ws-transport.js';

/** Settings of a pool of WebSocket connections; durations in milliseconds. */
export interface WebSocketConnectionPoolOptions {
  readonly name?: string;
  /** Where to dial: `ws://host:port` or `wss://host:port`, the venue's path left to the protocol. */
  readonly origins: readonly string[];
  readonly protocol: StreamProtocol;
  /** For wss origins: PEM of the authorities to trust instead of the system's, or a ready context. */
  readonly tls?: { readonly ca?: string; readonly secureContext?: SecureContext };
  /**
   * Connections kept open at least (default 0) and at most; one more while a connection is replaced, or an endpoint tried
   * that was out of service. Where the venue limits the connections of an address, one of them is left free for that:
   * no more than its limit less one, whatever `maxConnections` says.
   */
  readonly minConnections?: number;
  readonly maxConnections: number;
  /** Streams that one connection carries at most; no more than the protocol's limit in any case. */
  readonly streamsPerConnection: number;
  /** Connections kept ready beside those that carry streams, within `maxConnections` (default 0). */
  readonly standby?: number;
  /**
   * Connections that carry each stream at the same time, to different endpoints if there are several (default 1). What
   * arrives first is delivered.
   */
  readonly feeds?: 1 | 2;
  /** What the venue takes from this address; pools that share a venue should share it. Left out: one for the pool alone. */
  readonly venueBudget?: VenueBudget;
  /** Limit on dialling, upgrade included (default 10 s). */
  readonly handshakeTimeoutMs?: number;
  /** How long a request may go unanswered before it is sent again (default 5 s) … */
  readonly ackTimeoutMs?: number;
  /** … and how often it is sent (default 3) before its streams are tried on another connection. */
  readonly ackTries?: number;
  /** A connection on which nothing arrives for this long is pinged (default 15 s) … */
  readonly silenceTimeoutMs?: number;
  /** … and is dead when nothing arrives for this long after the ping (default 5 s). */
  readonly pingTimeoutMs?: number;
  /** Delay before dialling again (default 100 ms to 10 s), of a stream's refusal for the moment as well. */
  readonly backoff?: BackoffOptions;
  /**
   * Connections are replaced this long before the protocol's `maxAgeMs` (default a 24th of it), at a random moment of
   * the `rotateSpreadMs` before (default as long again), or of a window that is over by then.
   */
  readonly rotateBeforeMs?: number;
  readonly rotateSpreadMs?: number;
  readonly rotateWindow?: RotationWindow;
  /** Time of day for the window, in milliseconds since the epoch (default the system's). */
  readonly wallClock?: () => number;
  /** How long a connection that takes a stream over may bring no data of it before the old one is left (default 2 s). */
  readonly settleMs?: number;
  /** How long a message waits for another connection to bring what is missing before it (default 500 ms). */
  readonly mergeWaitMs?: number;
  /** Streams move back to an endpoint that is in service again (default true). */
  readonly rebalance?: boolean;
  /** How long one search for a connection may take before it starts afresh (default 30 s). */
  readonly acquireTimeoutMs?: number;
  /** A connection without streams is closed after this long. Left out: the generic pool's default. */
  readonly idleTimeoutMs?: number;
  /**
   * Failures in a row after which an endpoint is out (default 1), and for how long (default 1 s). It comes back with one
   * connection on trial, which passes with its first frame; it is pinged when no stream is put on it.
   */
  readonly failureThreshold?: number;
  readonly cooldownMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Replaces the network, for tests. */
  readonly dial?: DialTransport;
}

type Defaulted =
  | 'name'
  | 'minConnections'
  | 'standby'
  | 'feeds'
  | 'handshakeTimeoutMs'
  | 'ackTimeoutMs'
  | 'ackTries'
  | 'silenceTimeoutMs'
  | 'pingTimeoutMs'
  | 'backoff'
  | 'settleMs'
  | 'mergeWaitMs'
  | 'rebalance'
  | 'acquireTimeoutMs'
  | 'cooldownMs'
  | 'clock'
  | 'random'
  | 'dial';

/** Options with every default filled in that this layer decides. */
export type ResolvedOptions = WebSocketConnectionPoolOptions &
  Required<Pick<WebSocketConnectionPoolOptions, Defaulted>>;

/** @throws {RangeError} naming the option, what was expected, and what it got */
export function resolveOptions(options: WebSocketConnectionPoolOptions): ResolvedOptions {
  const defaults = {
    name: 'streams',
    minConnections: 0,
    standby: 0,
    feeds: 1 as const,
    handshakeTimeoutMs: 10_000,
    ackTimeoutMs: 5000,
    ackTries: 3,
    silenceTimeoutMs: 15_000,
    pingTimeoutMs: 5000,
    settleMs: 2000,
    mergeWaitMs: 500,
    rebalance: true,
    acquireTimeoutMs: 30_000,
    cooldownMs: 1000,
    backoff: { initialMs: 100, maxMs: 10_000 },
    clock: systemClock,
    // Clients that start together must not dial in step: unless told otherwise, each has a sequence of its own.
    random: options.random ?? seededRandom(`${process.pid}/${systemClock.now()}/${(pools += 1)}`),
  };
  const maxConnections = Math.min(options.maxConnections, mostOf(options.protocol));
  const filled = { ...defaults, ...options, maxConnections };
  validate(filled);
  return { ...filled, dial: options.dial ?? wsDialer(filled.handshakeTimeoutMs, filled.clock, contextOf(options)) };
}

/** Streams that one connection may carry. */
export function capacityOf({ streamsPerConnection, protocol }: WebSocketConnectionPoolOptions): number {
  return Math.min(streamsPerConnection, protocol.maxStreamsPerConnection ?? Number.POSITIVE_INFINITY);
}

/** Connections that a pool may have beside the one that takes over from another. */
function mostOf({ maxConnections }: StreamProtocol): number {
  return maxConnections === undefined ? Number.POSITIVE_INFINITY : Math.max(1, maxConnections - 1);
}

let pools = 0;

function contextOf({ tls, origins }: WebSocketConnectionPoolOptions): SecureContext | undefined {
  if (tls?.secureContext) return tls.secureContext;
  if (!origins.some((origin) => origin.startsWith('wss:'))) return undefined;
  return createSecureContext(tls?.ca === undefined ? {} : { ca: tls.ca });
}

const POSITIVE = [
  'handshakeTimeoutMs',
  'ackTimeoutMs',
  'silenceTimeoutMs',
  'pingTimeoutMs',
  'settleMs',
  'mergeWaitMs',
] as const;

function validate(options: Omit<ResolvedOptions, 'dial'>): void {
  const { origins, protocol, maxConnections, standby, feeds } = options;
  if (origins.length === 0) throw new RangeError('Expected `origins` to name at least one endpoint, got none');
  for (const origin of origins)
    if (!/^wss?:\/\/[^/]+$/.test(origin))
      throw new RangeError(`Expected \`origins\` to be like ws://host:port, got ${origin}`);
  for (const name of ['maxConnections', 'streamsPerConnection', 'feeds', 'ackTries'] as const)
    expectCount(name, options[name]);
  expectCount('protocol.maxStreamsPerRequest', protocol.maxStreamsPerRequest);
  expectCount('protocol.requests.count', protocol.requests.count);
  if (!Number.isInteger(standby) || standby < 0 || standby >= maxConnections)
    throw new RangeError(`Expected \`standby\` to be a whole number below \`maxConnections\`, got ${standby}`);
  if (feeds > maxConnections) throw new RangeError(`Expected \`feeds\` not to exceed \`maxConnections\`, got ${feeds}`);
  validateTimes(options);
}

function validateTimes(options: Omit<ResolvedOptions, 'dial'>): void {
  for (const name of POSITIVE)
    if (!(options[name] > 0)) throw new RangeError(`Expected \`${name}\` to be above 0 ms, got ${options[name]}`);
  const { initialMs, maxMs } = options.backoff;
  if (!(initialMs > 0 && maxMs >= initialMs))
    throw new RangeError(`Expected \`backoff\` to rise from above 0 ms, got ${initialMs} to ${maxMs}`);
}

function expectCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`Expected \`${name}\` to be a whole number from 1, got ${value}`);
}
