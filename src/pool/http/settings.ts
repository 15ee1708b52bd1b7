import type { Clock } from '../../base/index.js';
import { systemClock } from '../../base/index.js';
import type { PoolEndpoint } from '../contracts.js';
import { PoolError } from '../errors.js';
import { systemResolve } from './addresses.js';
import type { HttpConnectionPoolOptions, HttpDnsOptions } from './contracts.js';
import type { PhaseLimits } from './phase-watch.js';

/** The HTTP part of a pool's options, complete and checked. */
export interface HttpSettings {
  readonly clock: Clock;
  readonly origins: readonly string[];
  readonly endpoints: readonly PoolEndpoint[];
  readonly requestTimeoutMs: number;
  readonly tries: number;
  readonly http2: boolean;
  readonly streamsPerConnection: number;
  /** Of a response that is read whole. */
  readonly maxResponseBytes: number;
  /** Of a request that is read whole, and of one whose response is streamed. */
  readonly wholeLimits: PhaseLimits;
  readonly streamLimits: PhaseLimits;
  readonly dns: Required<HttpDnsOptions>;
}

const NONE = Number.POSITIVE_INFINITY;
const STREAM_BODY_MS = 30_000;
const UNREAD_MS = 30_000;
const MAX_RESPONSE_BYTES = 64 * 2 ** 20;
const DIAL_TIMEOUT_MS = 5_000;
const LOOKUP_TIMEOUT_MS = 2_000;

const DURATIONS = [
  'requestTimeoutMs',
  'connectTimeoutMs',
  'tlsTimeoutMs',
  'sendTimeoutMs',
  'headersTimeoutMs',
  'bodyTimeoutMs',
  'unreadTimeoutMs',
] as const;

/** @throws {PoolError} E_POOL_OPTIONS */
export function resolveHttpSettings(options: HttpConnectionPoolOptions): HttpSettings {
  const { clock = systemClock, requestTimeoutMs = 10_000, tries = 2, http2 = false } = options;
  const { streamsPerConnection = 100, maxResponseBytes = MAX_RESPONSE_BYTES } = options;
  const wrong = DURATIONS.filter((name) => !((options[name] ?? 1) > 0)).map(
    (name) => `expected ${name} to be milliseconds above 0, got ${options[name]}`,
  );
  for (const [name, count] of Object.entries({ tries, streamsPerConnection })) {
    if (!Number.isInteger(count) || count < 1)
      wrong.push(`expected ${name} to be an integer of at least 1, got ${count}`);
  }
  if (!(maxResponseBytes >= 0)) wrong.push(`expected maxResponseBytes to be at least 0, got ${maxResponseBytes}`);
  const dns = dnsOf(options);
  wrong.push(...dnsProblems(dns));
  if (wrong.length > 0) throw new PoolError('E_POOL_OPTIONS', wrong.join('; '));
  const endpoints = options.origins.map(endpointOf);
  const origins = endpoints.map(({ origin }) => origin);
  const limits = { requestTimeoutMs, maxResponseBytes, ...limitsOf(options, requestTimeoutMs) };
  return { clock, origins, endpoints, tries, http2, streamsPerConnection, dns, ...limits };
}

function limitsOf(
  { sendTimeoutMs, headersTimeoutMs, bodyTimeoutMs, unreadTimeoutMs }: HttpConnectionPoolOptions,
  requestTimeoutMs: number,
): Pick<HttpSettings, 'wholeLimits' | 'streamLimits'> {
  return {
    wholeLimits: {
      sendMs: sendTimeoutMs ?? NONE,
      headersMs: headersTimeoutMs ?? NONE,
      bodyMs: bodyTimeoutMs ?? NONE,
      unreadMs: NONE,
      totalMs: requestTimeoutMs,
    },
    streamLimits: {
      sendMs: sendTimeoutMs ?? requestTimeoutMs,
      headersMs: headersTimeoutMs ?? requestTimeoutMs,
      bodyMs: bodyTimeoutMs ?? STREAM_BODY_MS,
      unreadMs: unreadTimeoutMs ?? UNREAD_MS,
      totalMs: NONE,
    },
  };
}

function dnsOf({ dns = {}, dialTimeoutMs = DIAL_TIMEOUT_MS }: HttpConnectionPoolOptions): Required<HttpDnsOptions> {
  const { ttlMs = 10_000, goneAfterLookups = 2, attemptDelayMs = 250, resolve = systemResolve } = dns;
  // A look-up that hangs must leave a dial the time to go on with what was known before.
  const { timeoutMs = Math.min(LOOKUP_TIMEOUT_MS, dialTimeoutMs / 2) } = dns;
  return { ttlMs, timeoutMs, goneAfterLookups, attemptDelayMs, resolve };
}

function dnsProblems({ ttlMs, timeoutMs, goneAfterLookups, attemptDelayMs }: Required<HttpDnsOptions>): string[] {
  const wrong = Object.entries({ ttlMs, attemptDelayMs })
    .filter(([, value]) => !(value >= 0))
    .map(([name, value]) => `expected dns.${name} to be milliseconds of at least 0, got ${value}`);
  if (!(timeoutMs > 0)) wrong.push(`expected dns.timeoutMs to be milliseconds above 0, got ${timeoutMs}`);
  if (!(Number.isInteger(goneAfterLookups) && goneAfterLookups >= 1)) {
    wrong.push(`expected dns.goneAfterLookups to be an integer of at least 1, got ${goneAfterLookups}`);
  }
  return wrong;
}

function endpointOf(given: string | PoolEndpoint): PoolEndpoint {
  return typeof given === 'string' ? { origin: originOf(given) } : { ...given, origin: originOf(given.origin) };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new PoolError('E_POOL_OPTIONS', `expected an http or https origin, got "${text}"`);
}

/** RFC 9110, section 15.6. */
export function isServerError(status: number): boolean {
  return status >= 500;
}

/** As undici takes limits: 0 for none, the pool's own when left out. */
export function limitOf(given: number | null | undefined, own: number): number {
  if (given === undefined || given === null) return own;
  return given === 0 ? Number.POSITIVE_INFINITY : given;
}

type GenericOptions = Omit<HttpConnectionPoolOptions, keyof typeof HTTP_OPTIONS>;

const HTTP_OPTIONS = {
  origins: true,
  tls: true,
  requestTimeoutMs: true,
  tries: true,
  connectTimeoutMs: true,
  tlsTimeoutMs: true,
  sendTimeoutMs: true,
  headersTimeoutMs: true,
  bodyTimeoutMs: true,
  unreadTimeoutMs: true,
  dns: true,
  budget: true,
  badAnswer: true,
  maxResponseBytes: true,
  http2: true,
  streamsPerConnection: true,
};

/** The options that are the generic pool's. */
export function genericOptions(options: HttpConnectionPoolOptions): GenericOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !(name in HTTP_OPTIONS))) as GenericOptions;
}
