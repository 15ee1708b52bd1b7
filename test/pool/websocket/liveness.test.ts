import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { Liveness } from '../../../src/pool/websocket/liveness.js';

function setUp() {
  const clock = new FakeClock();
  const heard: string[] = [];
  const liveness: Liveness = new Liveness(
    { silenceTimeoutMs: 100, pingTimeoutMs: 20 },
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
