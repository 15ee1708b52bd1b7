import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.js';
import { loopback, loopbackAddresses, loopbackV6, reach } from '../../src/doctor/loopback.js';
import { TickingClock } from './ticking-clock.js';

describe('loopback', () => {
  test.each([
    [[0.02, 0.03, 9], 'ok', 0.03],
    [[0.6, 0.7, 0.1], 'warn', 0.6],
    [[8, 8, 8], 'bad', 8],
  ])('with round trips of %j ms is %s', (tripsMs, severity, value) => {
    expect(loopback({ tripsMs })).toMatchObject({ severity, value });
  });

  test('that cannot be reached is bad on 127.0.0.1, and good to know elsewhere', () => {
    const problem = { problem: 'EADDRNOTAVAIL' };
    expect(loopback(problem)).toMatchObject({ severity: 'bad', value: null, measured: '127.0.0.1: EADDRNOTAVAIL' });
    expect(loopbackAddresses(problem)).toMatchObject({ severity: 'note', measured: '127.0.0.2: EADDRNOTAVAIL' });
    expect(loopbackV6(problem)).toMatchObject({ severity: 'note', measured: '::1: EADDRNOTAVAIL' });
    expect([loopbackAddresses({ tripsMs: [1] }).severity, loopbackV6({ tripsMs: [1] }).severity]).toEqual(['ok', 'ok']);
  });

  test('is dialled for real, and leaves no socket behind', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    const reached = await reach(systemClock, {
      address: '127.0.0.1',
      trips: 3,
      tripsWithinMs: 10_000,
      timeoutMs: 10_000,
    });
    expect(reached).toMatchObject({ tripsMs: [expect.any(Number), expect.any(Number), expect.any(Number)] });
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'))).toHaveLength(before);
  });

  test('is measured once at least, and no longer than it may', async () => {
    const plan = { address: '127.0.0.1', trips: 1000, tripsWithinMs: 0, timeoutMs: 10_000 };
    expect(await reach(systemClock, plan)).toEqual({ tripsMs: [expect.any(Number)] });
  });

  test('tells why an address cannot be had', async () => {
    const reached = await reach(systemClock, {
      address: 'fe80::1%none',
      trips: 1,
      tripsWithinMs: 10_000,
      timeoutMs: 10_000,
    });
    expect(reached).toEqual({ problem: expect.stringMatching(/^E[A-Z]+$/) });
  });

  test('gives up when its time is over', async () => {
    // A clock whose timers are due at once.
    const reached = await reach(new TickingClock({}), {
      address: '127.0.0.1',
      trips: 1,
      tripsWithinMs: 10_000,
      timeoutMs: 70,
    });
    expect(reached).toEqual({ problem: 'no answer within 70 ms' });
  });
});
