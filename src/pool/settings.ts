import { type Clock, type Random, seededRandom, systemClock } from '../base/index.js';
import type { ConnectionFactory, ConnectionPoolOptions, PoolEndpoint } from './contracts.js';
import { PoolError } from './errors.js';

/** The options of a pool, complete and checked. */
export interface PoolSettings<T> {
  readonly name: string;
  readonly endpoints: readonly PoolEndpoint[];
  readonly factory: ConnectionFactory<T>;
  readonly min: number;
  readonly max: number;
  readonly leasesPerConnection: number;
  readonly acquireTimeoutMs: number;
  readonly maxPending: number;
  readonly dialTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  readonly checkIdleAfterMs: number;
  readonly checkTimeoutMs: number;
  readonly failureThreshold: number;
  readonly cooldownMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  readonly elideDials: boolean;
  readonly clock: Clock;
  readonly random: Random;
}

const DEFAULTS = {
  name: 'pool',
  min: 0,
  leasesPerConnection: 1,
  acquireTimeoutMs: 30_000,
  maxPending: 10_000,
  dialTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  maxLifetimeMs: Number.POSITIVE_INFINITY,
  checkIdleAfterMs: 500,
  checkTimeoutMs: 1_000,
  failureThreshold: 1,
  cooldownMs: 5_000,
  backoffFirstMs: 10,
  backoffMaxMs: 5_000,
  elideDials: false,
};

/** Fills in defaults. @throws {PoolError} E_POOL_OPTIONS naming everything that is wrong */
export function resolveSettings<T>(options: ConnectionPoolOptions<T>): PoolSettings<T> {
  const { dialBackoff, ...given } = options;
  const clock = options.clock ?? systemClock;
  const settings: PoolSettings<T> = {
    ...DEFAULTS,
    ...given,
    backoffFirstMs: dialBackoff?.firstMs ?? DEFAULTS.backoffFirstMs,
    backoffMaxMs: dialBackoff?.maxMs ?? DEFAULTS.backoffMaxMs,
    clock,
    random: options.random ?? seededRandom(`${options.name ?? DEFAULTS.name} ${clock.now()}`),
  };
  const wrong = problems(settings);
  if (wrong.length > 0) throw new PoolError('E_POOL_OPTIONS', `pool "${settings.name}": ${wrong.join('; ')}`);
  return settings;
}

function problems<T>(settings: PoolSettings<T>): string[] {
  return [...endpointProblems(settings), ...countProblems(settings), ...durationProblems(settings)];
}

function endpointProblems<T>({ endpoints }: PoolSettings<T>): string[] {
  if (endpoints.length === 0) return ['expected at least one endpoint, got none'];
  const origins = endpoints.map(({ origin }) => origin);
  return new Set(origins).size < origins.length ? [`an endpoint is listed twice in ${origins.join(', ')}`] : [];
}

function countProblems<T>(settings: PoolSettings<T>): string[] {
  const wrong: string[] = [];
  for (const [name, floor] of COUNTS) {
    const value = settings[name];
    const whole = Number.isInteger(value) || (name === 'maxPending' && value === Number.POSITIVE_INFINITY);
    if (!whole || value < floor) wrong.push(`expected ${name} to be an integer of at least ${floor}, got ${value}`);
  }
  if (settings.min > settings.max) wrong.push(`min ${settings.min} is above max ${settings.max}`);
  return wrong;
}

function durationProblems<T>(settings: PoolSettings<T>): string[] {
  const wrong: string[] = [];
  for (const name of DURATIONS) {
    const value = settings[name];
    if (!(value >= 0)) wrong.push(`expected ${name} to be milliseconds of at least 0, got ${value}`);
    else if (value === 0 && SPANS.has(name)) wrong.push(`expected ${name} to be above 0, got 0`);
  }
  if (settings.backoffFirstMs > settings.backoffMaxMs) {
    wrong.push(`dialBackoff.firstMs ${settings.backoffFirstMs} is above dialBackoff.maxMs ${settings.backoffMaxMs}`);
  }
  return wrong;
}

const COUNTS = [
  ['min', 0],
  ['max', 1],
  ['leasesPerConnection', 1],
  ['maxPending', 0],
  ['failureThreshold', 1],
] as const;

const DURATIONS = [
  'acquireTimeoutMs',
  'dialTimeoutMs',
  'idleTimeoutMs',
  'maxLifetimeMs',
  'checkIdleAfterMs',
  'checkTimeoutMs',
  'cooldownMs',
  'backoffFirstMs',
  'backoffMaxMs',
] as const;

// With these at zero the pool could never hold a connection, or would dial without a pause.
const SPANS = new Set(['dialTimeoutMs', 'idleTimeoutMs', 'maxLifetimeMs', 'checkTimeoutMs', 'backoffFirstMs']);
