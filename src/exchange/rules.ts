import { MpBenchError } from '../base/index.js';

/** The numbers of a venue's rules by name. Names that end in `Ms` are durations, which the time scale multiplies. */
export type Rules = Readonly<Record<string, number>>;

export interface RuleChanges {
  /** Multiplies every duration: 1 is the venue's own time, 0.01 makes 100 s of it one. */
  readonly timeScale: number;
  /** Single rules set to other numbers, in unscaled units; they are scaled like the rest. */
  readonly overrides: Rules;
  readonly rttMs: number;
}

const SHORTEST_MS = 50;
const SHORTEST_ROUND_TRIPS = 10;

/**
 * The rules of a venue as they hold under a time scale.
 * @throws {MpBenchError} E_RULES when an override names no rule, or when a duration falls below 50 ms or ten round
 * trips: below that the link and the timers decide the outcome, and no longer the rule
 */
export function effectiveRules<R extends Rules>(published: R, { timeScale, overrides, rttMs }: RuleChanges): R {
  if (!(timeScale > 0 && timeScale <= 1)) throw refused(`time scale ${timeScale}: expected more than 0, at most 1`);
  checkOverrides(published, overrides);
  const shortestMs = Math.max(SHORTEST_MS, SHORTEST_ROUND_TRIPS * rttMs);
  const scaled = Object.entries({ ...published, ...overrides }).map(([name, value]) => {
    if (!name.endsWith('Ms')) return [name, value] as const;
    const scaledMs = value * timeScale;
    // As published, a rule holds over any link: that is how the venue meets a client far away.
    if (scaledMs !== published[name] && scaledMs < shortestMs) throw tooShort(name, scaledMs, shortestMs);
    return [name, scaledMs] as const;
  });
  return Object.fromEntries(scaled) as R;
}

function checkOverrides(published: Rules, overrides: Rules): void {
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(published, name)) throw refused(`no rule ${name}; there are: ${names(published)}`);
    if (!(Number.isFinite(value) && value >= 0)) throw refused(`rule ${name}: ${value} is not a number from 0 on`);
  }
}

function tooShort(name: string, scaledMs: number, shortestMs: number): MpBenchError {
  const floor = `shorter than ${shortestMs} ms (50 ms, or ten round trips)`;
  return refused(`rule ${name} would be ${scaledMs} ms: ${floor}, the link would decide it and not the rule`);
}

function names(rules: Rules): string {
  return Object.keys(rules).sort().join(', ');
}

function refused(message: string): MpBenchError {
  return new MpBenchError('E_RULES', message);
}
