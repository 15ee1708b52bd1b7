import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalendarWindow, PerAddress, RollingWindow, TokenBucket } from '../../../src/exchange/limits/index.js';

describe('a rolling window', () => {
  it('is exceeded exactly when more than its limit fall within it, both ends included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (gaps) => {
        const window = new RollingWindow(5, 1000);
        const times: number[] = [];
        for (const gap of gaps) {
          times.push((times.at(-1) ?? 0) + gap);
          const now = times.at(-1) ?? 0;
          const within = times.filter((time) => now - time <= 1000).length;
          expect(window.exceededBy(now)).toBe(within > 5);
        }
      }),
    );
  });
});

describe('a calendar window', () => {
  it('starts again at each multiple of its period', () => {
    const window = new CalendarWindow(60_000);
    expect([window.add(5, 59_000), window.add(7, 59_999), window.add(1, 60_000)]).toEqual([5, 12, 1]);
    expect(window.remainingMs(60_001)).toBe(59_999);
  });
});

describe('a token bucket', () => {
  it('starts full, refuses what it does not have without taking it, and refills evenly', () => {
    const bucket = new TokenBucket(10, 1000);
    expect([bucket.take(8, 0), bucket.take(3, 0), bucket.take(2, 0)]).toEqual([true, false, true]);
    expect([bucket.take(1, 99), bucket.take(1, 100)]).toEqual([false, true]);
    expect(bucket.take(10, 5000)).toBe(true);
    expect(bucket.take(1, 5000)).toBe(false);
  });
});

describe('accounts per address', () => {
  it('are kept apart, and forgotten oldest first beyond the bound', () => {
    const accounts = new PerAddress(() => ({ uses: 0 }));
    accounts.of('127.0.0.1').uses += 1;
    expect(accounts.of('127.0.0.2').uses).toBe(0);
    for (let i = 0; i < 4094; i += 1) accounts.of(`other ${i}`);
    expect(accounts.of('127.0.0.1').uses).toBe(1);
    accounts.of('one more');
    expect(accounts.of('127.0.0.1').uses).toBe(1);
    for (let i = 0; i < 4096; i += 1) accounts.of(`another ${i}`);
    expect(accounts.of('127.0.0.1').uses).toBe(0);
  });
});
