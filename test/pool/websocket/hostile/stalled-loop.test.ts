import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/base/index.js';
import { setUp } from '../harness.js';

/** A clock of an event loop, which reads its sockets after each round of timers. */
class LoopClock extends FakeClock {
  readSockets = (): void => {};

  override setTimeout(callback: () => void, delayMs: number): unknown {
    return super.setTimeout(() => {
      callback();
      setImmediate(() => this.readSockets());
    }, delayMs);
  }
}

describe('an event loop that stood still', () => {
  it('does not take streams for stale whose data waits in the sockets', async () => {
    const clock = new LoopClock(1000);
    const { venue, pool, subscribe, seen, of } = setUp({ clock });
    for (const stream of ['s0', 's1', 's2']) subscribe(stream, { staleAfterMs: 2000 });
    await clock.advance(100);
    const [connection] = venue.open;
    connection!.stalled = true;
    clock.readSockets = () => connection!.flow();
    for (const stream of seen.keys()) connection!.data(stream, 1);
    await clock.advance(2000);
    expect(of('stale')).toEqual([]);
    expect(venue.connections).toHaveLength(1);
    expect([...seen.values()]).toEqual([[1], [1], [1]]);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not give up what is missing while the other feed has it in its socket', async () => {
    const clock = new LoopClock(1000);
    const { venue, pool, subscribe, seen, of } = setUp({ clock, origins: ['ws://a:1', 'ws://b:1'], feeds: 2 });
    subscribe('s0');
    await clock.advance(100);
    const [one, other] = venue.open;
    for (const connection of venue.open) connection.data('s0', 1);
    other!.data('s0', 3);
    one!.stalled = true;
    clock.readSockets = () => one!.flow();
    one!.data('s0', 2);
    await clock.advance(1000);
    expect(of('gap')).toEqual([]);
    expect(seen.get('s0')).toEqual([1, 2, 3]);
    await pool.close();
  });

  it('does not ask again for what is answered in the socket', async () => {
    const clock = new LoopClock(1000);
    const { venue, pool, subscribe, states } = setUp({ clock });
    venue.answers = false;
    subscribe('s0');
    await clock.advance(100);
    const [connection] = venue.open;
    clock.readSockets = () => connection!.answer();
    await clock.advance(5000);
    expect(connection!.requests).toHaveLength(1);
    expect(states.get('s0')).toEqual(['live']);
    await pool.close();
  });
});
