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

/** Milliseconds from 0 on, `Infinity` for no limit. */
export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

/** Fills in defaults, for options that are undefined too. @throws {PoolError} E_POOL_OPTIONS naming all that is wrong */
export function resolveSettings<T>(options: ConnectionPoolOptions<T>): PoolSettings<T> {
  const { dialBackoff, ejection, ...rest } = options;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest;
  const clock = options.clock ?? systemClock;
  const endpoints = Array.isArray(options.endpoints) ? options.endpoints : [];
  const weighted = endpoints.some(({ weight }) => weight !== undefined);
  const settings: PoolSettings<T> = {
    balance: weighted ? 'leastLoaded' : 'recent',
    ...DEFAULTS,
    ...given,
    endpoints,
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
    ...factoryProblems(settings),
    ...choiceProblems(settings),
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

function factoryProblems<T>({ factory }: PoolSettings<T>): string[] {
  const missing = (['connect', 'close', 'onClosed'] as const).filter((name) => typeof factory?.[name] !== 'function');
  return missing.length > 0 ? [`expected factory to have ${missing.join(', ')}`] : [];
}

function choiceProblems<T>(settings: PoolSettings<T>): string[] {
  const wrong: string[] = [];
  for (const [name, choices] of CHOICES) {
    const value: unknown = settings[name];
    if (choices.includes(value)) continue;
    const named = choices.map((choice) => JSON.stringify(choice)).join(' or ');
    wrong.push(`expected ${name} to be ${named}, got ${JSON.stringify(value)}`);
  }
  return wrong;
}

function countProblems<T>(settings: PoolSettings<T>): string[] {
  const wrong: string[] = [];
  for (const [name, floor] of COUNTS) {
    const value = settings[name];
    const whole = Number.isInteger(value) || (UNLIMITED.has(name) && value === Number.POSITIVE_INFINITY);
    if (!whole || value < floor)
      wrong.push(`expected ${titleOf(name)} to be an integer of at least ${floor}, got ${value}`);
  }
  if (settings.min > settings.max) wrong.push(`min ${settings.min} is above max ${settings.max}`);
  return wrong;
}

function durationProblems<T>(settings: PoolSettings<T>): string[] {
  const wrong: string[] = [];
  for (const name of DURATIONS) {
    const value = settings[name];
    if (!isDuration(value))
      wrong.push(`expected ${titleOf(name)} to be milliseconds of at least 0, got ${String(value)}`);
    else if (value === 0 && SPANS.has(name)) wrong.push(`expected ${titleOf(name)} to be above 0, got 0`);
  }
  if (settings.backoffFirstMs > settings.backoffMaxMs) {
    wrong.push(`dialBackoff.firstMs ${settings.backoffFirstMs} is above dialBackoff.maxMs ${settings.backoffMaxMs}`);
  }
  return wrong;
}

function shareProblems<T>(settings: PoolSettings<T>): string[] {
  return SHARES.filter((name) => !(isDuration(settings[name]) && settings[name] <= 1)).map(
    (name) => `expected ${titleOf(name)} to be between 0 and 1, got ${settings[name]}`,
  );
}

/** The option that a setting is made of. */
function titleOf(name: keyof PoolSettings<unknown>): string {
  return TITLES.get(name) ?? name;
}

const TITLES = new Map<string, string>([
  ['ejectBadShare', 'ejection.badShare'],
  ['ejectMinAnswers', 'ejection.minAnswers'],
  ['ejectWindowMs', 'ejection.windowMs'],
  ['backoffFirstMs', 'dialBackoff.firstMs'],
  ['backoffMaxMs', 'dialBackoff.maxMs'],
]);

const CHOICES: readonly (readonly [keyof PoolSettings<unknown>, readonly unknown[]])[] = [
  ['idleOrder', ['lifo', 'fifo']],
  ['balance', ['recent', 'leastLoaded']],
  ['elideDials', [true, false]],
];

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
