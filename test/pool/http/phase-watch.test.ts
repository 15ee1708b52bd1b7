import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { lateError, type PhaseLimits, PhaseWatch } from '../../../src/pool/http/phase-watch.js';

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

  it('counts the send limit only while the other side does not take what was written', async () => {
    watch.begin(limits({ sendMs: 100 }));
    for (let i = 0; i < 5; i += 1) {
      await clock.advance(90);
      watch.wrote(false);
    }
    watch.wrote(true);
    await clock.advance(1000);
    expect(late).toEqual([]);
    watch.wrote(false);
    await clock.advance(1000);
    expect(late).toEqual([['send', 100, 1550]]);
  });

  it('does not go back to sending for a body that is still written when the response has begun', async () => {
    watch.begin(limits({ sendMs: 10, bodyMs: 100 }));
    watch.enter('body');
    await clock.advance(50);
    watch.wrote(false);
    await clock.advance(50);
    expect(late).toEqual([['body', 100, 100]]);
  });

  it.each([
    [100.4, 100.3],
    [100.6, 101.3],
    [0.2, 1.3],
  ])('keeps a limit of %d ms to the nearest one that a timer can, and rings once', async (limitMs, lateAtMs) => {
    clock = new FakeClock(0.3);
    let set = 0;
    const coarse = {
      now: () => clock.now(),
      setTimeout: (ring: () => void, delayMs: number) => {
        set += 1;
        return clock.setTimeout(ring, Math.max(1, Math.trunc(delayMs)));
      },
      clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
    };
    watch = new PhaseWatch(coarse, (phase, limit) => late.push([phase, limit, clock.now()]));
    watch.begin(limits({ sendMs: limitMs }));
    await clock.advance(200);
    expect(set).toBe(1);
    expect(late).toEqual([['send', limitMs, lateAtMs]]);
  });

  it('does not end an exchange half a millisecond early or more, however early its timer rings', async () => {
    const hasty = {
      now: () => clock.now(),
      setTimeout: (ring: () => void, delayMs: number) => clock.setTimeout(ring, Math.max(0.1, delayMs - 0.6)),
      clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
    };
    watch = new PhaseWatch(hasty, (phase, limit) => late.push([phase, limit, clock.now()]));
    watch.begin(limits({ totalMs: 50 }));
    await clock.advance(49.49);
    expect(late).toEqual([]);
    await clock.advance(1);
    expect(late).toHaveLength(1);
  });
});

describe('what ends an exchange that passed a limit', () => {
  it('names the limit in whole milliseconds', () => {
    expect(lateError('total', 4999.728_125_3).message).toBe('total took over 5000 ms');
    expect(lateError('unread', 30.4).message).toBe('its body was left unread for 30 ms');
  });
});
