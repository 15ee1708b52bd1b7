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
  readonly maxPerEndpoint: number;
  readonly maxDialing: number;
  readonly leasesPerConnection: number;
  readonly acquireTimeoutMs: number;
  readonly maxPending: number;
  readonly dialTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  readonly lifetimeJitter: number;
  readonly idleOrder: 'lifo' | 'fifo';
  readonly balance: 'recent' | 'leastLoaded';
  readonly checkIdleAfterMs: number;
  readonly checkTimeoutMs: number;
  readonly probeIdleEveryMs: number;
  readonly failureThreshold: number;
  readonly cooldownMs: number;
  readonly ejectBadShare: number;
  readonly ejectMinAnswers: number;
  readonly ejectWindowMs: number;
  readonly slowStartMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  readonly elideDials: boolean;
  readonly leakAfterMs: number;
  readonly leakStackShare: number;
  readonly clock: Clock;
  readonly random: Random;
}

type Ejection = NonNullable<ConnectionPoolOptions<unknown>['ejection']>;
type DialBackoff = NonNullable<ConnectionPoolOptions<unknown>['dialBackoff']>;

const NEVER = Number.POSITIVE_INFINITY;

const DEFAULTS = {
  name: 'pool',
  min: 0,
  maxPerEndpoint: Number.POSITIVE_INFINITY,
  maxDialing: Number.POSITIVE_INFINITY,
  leasesPerConnection: 1,
  acquireTimeoutMs: 30_000,
  maxPending: 10_000,
  dialTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  maxLifetimeMs: NEVER,
  lifetimeJitter: 0.025,
  idleOrder: 'lifo',
  checkIdleAfterMs: 500,
  checkTimeoutMs: 1_000,
  probeIdleEveryMs: NEVER,
  failureThreshold: 1,
  cooldownMs: 5_000,
  slowStartMs: 5_000,
  elideDials: true,
  leakAfterMs: NEVER,
  leakStackShare: 0,
} as const;

/** Fills in defaults. @throws {PoolError} E_POOL_OPTIONS naming everything that is wrong */
export function resolveSettings<T>(options: ConnectionPoolOptions<T>): PoolSettings<T> {
  const { dialBackoff, ejection, ...given } = options;
  const clock = options.clock ?? systemClock;
  const weighted = options.endpoints.some(({ weight }) => weight !== undefined);
  const settings: PoolSettings<T> = {
    balance: weighted ? 'leastLoaded' : 'recent',
    ...DEFAULTS,
    ...given,
    ...ejectionSettings(ejection),
    ...backoffSettings(dialBackoff),
    clock,
    random: options.random ?? seededRandom(`${options.name ?? DEFAULTS.name} ${clock.now()}`),
  };
  const wrong = problems(settings);
  if (wrong.length > 0) throw new PoolError('E_POOL_OPTIONS', `pool "${settings.name}": ${wrong.join('; ')}`);
  return settings;
}

function ejectionSettings({ badShare = 0.5, minAnswers = 10, windowMs = 10_000 }: Ejection = {}) {
  return { ejectBadShare: badShare, ejectMinAnswers: minAnswers, ejectWindowMs: windowMs };
}

function backoffSettings({ firstMs = 10, maxMs = 5_000 }: DialBackoff = {}) {
  return { backoffFirstMs: firstMs, backoffMaxMs: maxMs };
}

function problems<T>(settings: PoolSettings<T>): string[] {
  return [
    ...endpointProblems(settings),
    ...countProblems(settings),
    ...durationProblems(settings),
    ...shareProblems(settings),
  ];
}

function endpointProblems<T>({ endpoints }: PoolSettings<T>): string[] {
  if (endpoints.length === 0) return ['expected at least one endpoint, got none'];
  const origins = endpoints.map(({ origin }) => origin);
  const wrong = new Set(origins).size < origins.length ? [`an endpoint is listed twice in ${origins.join(', ')}`] : [];
  for (const { origin, weight = 1 } of endpoints) {
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
      wrong.push(`expected the weight of ${origin} to be above 0, got ${weight}`);
    }
  }
  return wrong;
}

function countProblems<T>(settings: PoolSettings<T>): string[] {
  const wrong: string[] = [];
  for (const [name, floor] of COUNTS) {
    const value = settings[name];
    const whole = Number.isInteger(value) || (UNLIMITED.has(name) && value === Number.POSITIVE_INFINITY);
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

function shareProblems<T>(settings: PoolSettings<T>): string[] {
  return SHARES.filter((name) => !(settings[name] >= 0 && settings[name] <= 1)).map(
    (name) => `expected ${name} to be between 0 and 1, got ${settings[name]}`,
  );
}

const COUNTS = [
  ['min', 0],
  ['max', 1],
  ['maxPerEndpoint', 1],
  ['maxDialing', 1],
  ['leasesPerConnection', 1],
  ['maxPending', 0],
  ['failureThreshold', 1],
  ['ejectMinAnswers', 1],
] as const;

const UNLIMITED = new Set<string>(['maxPending', 'maxPerEndpoint', 'maxDialing']);

const DURATIONS = [
  'acquireTimeoutMs',
  'dialTimeoutMs',
  'idleTimeoutMs',
  'maxLifetimeMs',
  'checkIdleAfterMs',
  'checkTimeoutMs',
  'probeIdleEveryMs',
  'cooldownMs',
  'ejectWindowMs',
  'slowStartMs',
  'backoffFirstMs',
  'backoffMaxMs',
  'leakAfterMs',
] as const;

// With these at zero the pool could never hold a connection, or would dial or check without a pause.
const SPANS = new Set([
  'dialTimeoutMs',
  'idleTimeoutMs',
  'maxLifetimeMs',
  'checkTimeoutMs',
  'probeIdleEveryMs',
  'backoffFirstMs',
  'leakAfterMs',
]);

const SHARES = ['lifetimeJitter', 'ejectBadShare', 'leakStackShare'] as const;
