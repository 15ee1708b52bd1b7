import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/base/index.js';
import { ConnectBudget } from '../../../../src/pool/websocket/connect-budget.js';

const RATE = { count: 2, perMs: 1000 };
// A tenth longer than the venue's, against what gets closer on the way.
const WINDOW_MS = 1100;

describe('the limit on new connections', () => {
  it('counts a dial from its end, since a slow one may reach the venue just before quick ones', async () => {
    const clock = new FakeClock();
    const budget = new ConnectBudget(RATE, clock);
    const { signal } = new AbortController();
    const ends = [await budget.take(signal), await budget.take(signal)];
    let third = false;
    void budget.take(signal).then(() => (third = true));
    await clock.advance(400);
    for (const end of ends) end();
    await clock.advance(WINDOW_MS - 1);
    expect(third).toBe(false);
    await clock.advance(1);
    expect(third).toBe(true);
  });

  it('waits for a dial that hangs no longer than a window more', async () => {
    const clock = new FakeClock();
    const budget = new ConnectBudget(RATE, clock);
    const { signal } = new AbortController();
    await budget.take(signal);
    await budget.take(signal);
    expect(budget.waitMs).toBe(2 * WINDOW_MS);
    await clock.advance(2 * WINDOW_MS);
    expect(budget.free).toBe(2);
  });

  it('is told at once that a dial has ended, by those that wait for it', async () => {
    const clock = new FakeClock();
    const budget = new ConnectBudget({ count: 1, perMs: 1000 }, clock);
    const { signal } = new AbortController();
    const end = await budget.take(signal);
    let second = false;
    void budget.take(signal).then(() => (second = true));
    end();
    await clock.advance(WINDOW_MS);
    expect(second).toBe(true);
    expect([budget.waiting, clock.pendingTimers]).toEqual([0, 0]);
  });
});
