import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { type PhaseLimits, PhaseWatch } from '../../../src/pool/http/phase-watch.js';

const NONE = Number.POSITIVE_INFINITY;
const limits = (given: Partial<PhaseLimits>): PhaseLimits => ({
  sendMs: NONE,
  headersMs: NONE,
  bodyMs: NONE,
  unreadMs: NONE,
  totalMs: NONE,
  ...given,
});

describe('the watch over the phases of an exchange', () => {
  let clock: FakeClock;
  let late: [string, number, number][];
  let watch: PhaseWatch;

  beforeEach(() => {
    clock = new FakeClock();
    late = [];
    watch = new PhaseWatch(clock, (phase, limitMs) => late.push([phase, limitMs, clock.now()]));
  });

  it.each(['send', 'headers', 'body', 'unread'] as const)('ends phase %s to the millisecond', async (phase) => {
    watch.begin(limits({ [`${phase}Ms`]: 137, totalMs: 1000 }));
    await clock.advance(50);
    if (phase !== 'send') watch.enter(phase);
    await clock.advance(500);
    expect(late).toEqual([[phase, 137, phase === 'send' ? 137 : 187]]);
  });

  it('counts a body limit anew from every piece, and the total from the beginning', async () => {
    watch.begin(limits({ bodyMs: 100, totalMs: 450 }));
    for (let i = 0; i < 8; i += 1) {
      watch.enter('body');
      await clock.advance(60);
    }
    expect(late).toEqual([['total', 450, 450]]);
  });

  it('needs one timer for any number of exchanges that end in time', async () => {
    let set = 0;
    const counting = {
      now: () => clock.now(),
      setTimeout: (...args: Parameters<FakeClock['setTimeout']>) => {
        set += 1;
        return clock.setTimeout(...args);
      },
      clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
    };
    watch = new PhaseWatch(counting, () => late.push(['late', 0, clock.now()]));
    for (let i = 0; i < 1000; i += 1) {
      watch.begin(limits({ totalMs: 10_000 }));
      await clock.advance(1);
      watch.end();
    }
    expect(set).toBe(1);
    await clock.advance(60_000);
    expect(late).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('moves its timer when a later exchange falls due sooner', async () => {
    watch.begin(limits({ totalMs: 10_000 }));
    watch.end();
    watch.begin(limits({ totalMs: 30 }));
    await clock.advance(100);
    expect(late).toEqual([['total', 30, 30]]);
  });

  it('leaves no timer when closed', () => {
    watch.begin(limits({ totalMs: 10_000 }));
    watch.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
