import { describe, expect, it } from 'vitest';
import { FakeClock, wallClockMs } from '../../../src/base/index.js';
import {
  type HttpBudget,
  PoolError,
  retryAfterMs,
  WeightBudget,
  type WeightBudgetOptions,
} from '../../../src/pool/index.js';
import { BudgetGate } from '../../../src/pool/http/budget-gate.js';

const REQUEST = { method: 'GET', path: '/depth' };

describe('Retry-After', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': ' 1.5 ' }, 1500],
    [{ 'retry-after': ['3', '5'] }, 5000],
    [{ 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', date: 'Fri, 31 Dec 1999 23:59:29 GMT' }, 30_000],
    [{ 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', date: 'Sat, 01 Jan 2000 00:00:59 GMT' }, 0],
    [{ 'retry-after': 'soon' }, 0],
    [{}, 0],
  ])('%o is %i ms', (headers, expected) => {
    expect(retryAfterMs(headers)).toBe(expected);
  });

  it("as a date alone is measured by the clock on the wall, the machine's when none is given", () => {
    const headers = { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' };
    expect(retryAfterMs(headers, () => Date.UTC(1999, 11, 31, 23, 59, 50))).toBe(9000);
    const inAMinute = { 'retry-after': new Date(wallClockMs() + 60_000).toUTCString() };
    expect(retryAfterMs(inAMinute)).toBeGreaterThan(30_000);
    expect(retryAfterMs(inAMinute)).toBeLessThanOrEqual(60_000);
  });
});

describe('a budget of weight', () => {
  const budget = (options: Partial<WeightBudgetOptions> = {}): WeightBudget =>
    new WeightBudget({ limit: 10, windowMs: 1000, weightOf: () => 4, ...options });

  it('lets through what fits into the window and says when the rest does', () => {
    const weights = budget();
    weights.sent(REQUEST, 0);
    weights.sent(REQUEST, 100);
    expect(weights.ask(REQUEST, 200)).toEqual({ waitMs: 800, fail: false });
    expect(budget({ whenSpent: 'fail' }).ask(REQUEST, 0)).toEqual({ waitMs: 0, fail: false });
  });

  it("believes the server's count, and adds what it cannot have counted yet", () => {
    const weights = budget({ limit: 100 });
    weights.sent(REQUEST, 0);
    weights.sent(REQUEST, 0);
    weights.answered(REQUEST, 200, { 'x-mbx-used-weight-1m': '90' }, 10);
    expect(weights.used).toBe(94);
    weights.answered(REQUEST, 200, { 'x-mbx-used-weight-1m': '8' }, 900);
    expect(weights.used).toBe(8);
    expect(budget({ limit: 3 }).ask(REQUEST, 0)).toEqual({ waitMs: Number.POSITIVE_INFINITY, fail: true });
  });

  it('begins a new window with what is still out', () => {
    const weights = budget();
    weights.sent(REQUEST, 0);
    weights.sent(REQUEST, 0);
    weights.answered(REQUEST, 200, {}, 10);
    expect(weights.ask(REQUEST, 1000)).toEqual({ waitMs: 0, fail: false });
    expect(weights.used).toBe(4);
  });

  it('does not carry into the next window what will never be answered', () => {
    const weights = budget();
    weights.sent(REQUEST, 0);
    weights.dropped(REQUEST);
    expect(weights.used).toBe(4);
    weights.ask(REQUEST, 1000);
    expect(weights.used).toBe(0);
  });

  it.each([408, 418, 429, 503])('closes for as long as a %i asks', (status) => {
    const weights = budget();
    weights.answered(REQUEST, status, { 'retry-after': '3' }, 100);
    expect(weights.ask(REQUEST, 600).waitMs).toBe(2500);
    expect(weights.ask(REQUEST, 3100).waitMs).toBe(0);
  });

  it('knows the header of the count in whatever case it is named', () => {
    const weights = budget({ header: 'X-MBX-USED-WEIGHT-1M' });
    weights.answered(REQUEST, 200, { 'x-mbx-used-weight-1m': '9' }, 0);
    expect(weights.used).toBe(9);
  });

  it.each([{ limit: Number.NaN }, { limit: 0 }, { windowMs: Number.NaN }, { windowMs: -1 }])(
    'cannot be made of %o',
    (wrong) => {
      expect(() => budget(wrong)).toThrow(PoolError);
    },
  );
});

describe('the gate before a budget', () => {
  function scene(): {
    clock: FakeClock;
    gate: BudgetGate;
    log: string[];
    enter: (name: string, deadlineMs?: number) => void;
  } {
    const clock = new FakeClock();
    const gate = new BudgetGate(new WeightBudget({ limit: 2, windowMs: 1000 }), clock);
    const log: string[] = [];
    const enter = (name: string, deadlineMs = 10_000): void =>
      gate.enter({
        budgeted: REQUEST,
        deadlineMs,
        admitted: () => log.push(`${clock.now()} ${name}`),
        refused: (ms) => log.push(`${clock.now()} ${name} refused, ${ms} ms`),
        turnedAway: () => log.push(`${clock.now()} ${name} turned away`),
      });
    return { clock, gate, log, enter };
  }

  it('holds requests back until the window is over, in their order', async () => {
    const { clock, gate, log, enter } = scene();
    for (const name of ['a', 'b', 'c', 'd', 'e']) enter(name);
    expect(log).toEqual(['0 a', '0 b']);
    expect(gate.held).toBe(3);
    // Nothing was answered: what is out still counts in the next window.
    for (const name of ['a', 'b']) gate.answered({ ...REQUEST, path: name }, 200, {}, clock.now());
    await clock.advance(1000);
    expect(log.slice(2)).toEqual(['1000 c', '1000 d']);
    gate.close();
    expect(log.at(-1)).toBe('1000 e turned away');
    enter('late');
    expect(log.at(-1)).toBe('1000 late turned away');
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses at once whoever cannot make it, and lets nobody overtake', async () => {
    const { clock, gate, log, enter } = scene();
    for (const name of ['a', 'b', 'c']) enter(name);
    enter('hasty', 500);
    expect(log.at(-1)).toBe('0 hasty refused, 1000 ms');
    expect(gate.refusals).toBe(1);
    gate.answered(REQUEST, 429, { 'retry-after': '20' }, clock.now());
    expect(log.at(-1)).toBe('0 c refused, 20000 ms');
    await clock.advance(30_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('makes a light request wait behind a heavy one, and forgets one that leaves', async () => {
    const clock = new FakeClock();
    const weights = new WeightBudget({ limit: 3, windowMs: 1000, weightOf: ({ path }) => path.length });
    const gate = new BudgetGate(weights, clock);
    const log: string[] = [];
    const applicants = ['aa', 'bb', 'c', 'd'].map((path) => ({
      budgeted: { method: 'GET', path },
      deadlineMs: 10_000,
      admitted: (): unknown => log.push(`${clock.now()} ${path}`),
      refused: (): unknown => log.push(`${path} refused`),
      turnedAway: (): unknown => log.push(`${path} turned away`),
    }));
    for (const applicant of applicants) gate.enter(applicant);
    expect(log).toEqual(['0 aa']);
    gate.answered({ method: 'GET', path: 'aa' }, 200, {}, clock.now());
    const [, bb, , d] = applicants;
    if (d) gate.leave(d);
    if (bb) gate.leave(bb);
    expect(log).toEqual(['0 aa', '0 c']);
    await clock.advance(5000);
    expect(log).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks seldom when a budget is closed for longer than a timer can wait', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const node = {
      now: () => clock.now(),
      // As Node has it: a delay beyond 2^31 - 1 becomes 1 ms.
      setTimeout: (ring: () => void, ms: number) => clock.setTimeout(ring, ms >= 1 && ms <= 2 ** 31 - 1 ? ms : 1),
      clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
    };
    const weights = new WeightBudget({ limit: 10 });
    const ask: HttpBudget['ask'] = (request, nowMs) => {
      asked += 1;
      return weights.ask(request, nowMs);
    };
    const gate = new BudgetGate({ ask, sent: () => {}, answered: () => {} }, node);
    weights.answered(REQUEST, 429, { 'retry-after': '3000000' }, 0);
    let admittedAtMs = 0;
    gate.enter({
      budgeted: REQUEST,
      deadlineMs: Number.POSITIVE_INFINITY,
      admitted: () => {
        admittedAtMs = clock.now();
      },
      refused: () => {},
      turnedAway: () => {},
    });
    await clock.advance(1000);
    expect(asked).toBeLessThan(5);
    await clock.advance(4e9);
    expect(admittedAtMs).toBe(3e9);
  });
});
