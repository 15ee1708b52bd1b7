import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { Liveness } from '../../../src/pool/websocket/liveness.js';

function setUp(silenceTimeoutMs = 100, clock = new FakeClock()) {
  const heard: string[] = [];
  const liveness: Liveness = new Liveness(
    { silenceTimeoutMs, pingTimeoutMs: 20 },
    clock,
    () => {
      heard.push(`ping ${clock.now()}`);
      liveness.pinged();
    },
    () => heard.push(`dead ${clock.now()}`),
  );
  return { clock, liveness, heard };
}

describe('Liveness', () => {
  it('pings after the silence, and gives up after the ping’s timeout', async () => {
    const { clock, heard } = setUp();
    await clock.advance(1000);
    expect(heard).toEqual(['ping 100', 'dead 120']);
    expect(clock.pendingTimers).toBe(0);
  });

  // Sums that round differently once left a timer of less than the smallest step of the clock, over and over.
  it('pings after the silence at whatever fraction of a millisecond the last frame came', async () => {
    const random = seededRandom('fractions');
    for (let turn = 0; turn < 500; turn += 1) {
      const { clock, liveness, heard } = setUp(10_000, new FakeClock(7000 * (1 + random.next())));
      await clock.advance(9000 * random.next());
      liveness.heard();
      await clock.advance(10_000.001);
      expect(heard).toHaveLength(1);
      liveness.stop();
    }
  });

  it('counts the silence from the last frame, with one timer however many frames come', async () => {
    const { clock, liveness, heard } = setUp();
    await clock.advance(30);
    liveness.heard();
    await clock.advance(30);
    liveness.heard();
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(99);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(heard).toEqual(['ping 160']);
    liveness.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('looks once more before it gives up: what arrived meanwhile is read after the timers', async () => {
    const { clock, liveness, heard } = setUp();
    await clock.advance(100);
    clock.setTimeout(() => liveness.heard(), 20);
    await clock.advance(20);
    expect(heard).toEqual(['ping 100']);
    await clock.advance(100);
    expect(heard).toEqual(['ping 100', 'ping 220']);
    liveness.stop();
  });
});
