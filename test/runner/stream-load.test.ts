import { describe, expect, it } from 'vitest';
import { FakeClock, LatencyHistogram } from '../../src/base/index.js';
import type { StreamConsumer } from '../../src/driver/index.js';
import { runStreamScript } from '../../src/runner/arm/stream-load.js';
import type { Fleet } from '../../src/runner/arm/fleet.js';
import { StreamRecorder } from '../../src/runner/arm/stream-recorder.js';

const NAMES = [['a', 'b', 'c', 'd', 'e']];

/** A client whose venue acknowledges after 10 ms, or never. */
class FakeDriver implements Pick<Fleet, 'subscribe' | 'unsubscribe'> {
  readonly calls: string[] = [];
  readonly #clock: FakeClock;
  readonly #deaf: boolean;

  constructor(clock: FakeClock, deaf = false) {
    this.#clock = clock;
    this.#deaf = deaf;
  }

  subscribe(stream: string, consumer: StreamConsumer): Promise<void> {
    this.calls.push(`+${stream}`);
    return new Promise((resolve) => {
      if (this.#deaf) return;
      this.#clock.setTimeout(() => {
        consumer.acknowledged(stream, this.#clock.now());
        resolve();
      }, 10);
    });
  }

  async unsubscribe(stream: string): Promise<void> {
    this.calls.push(`-${stream}`);
  }
}

async function play(deaf: boolean) {
  const clock = new FakeClock(0);
  const driver = new FakeDriver(clock, deaf);
  const recorder = new StreamRecorder(clock, false);
  let integrals = recorder.integrals();
  const load = { subscriptions: [{ venue: 'v', channel: 'trade', symbols: 3 }], change: 2, holdMs: 100 };
  const done = runStreamScript({ clock, fleet: driver, recorder, load, names: NAMES }, 100, () => {
    integrals = recorder.integrals();
  });
  await clock.advance(60_000);
  await done;
  return { calls: driver.calls, tally: recorder.tally(integrals), pendingTimers: clock.pendingTimers };
}

describe('the script of streams', () => {
  it('opens, exchanges the oldest for the next in line, and drops what is left', async () => {
    const { calls, tally, pendingTimers } = await play(false);
    expect(calls).toEqual(['+a', '+b', '+c', '-a', '-b', '+d', '+e', '-c', '-d', '-e']);
    expect(tally.acknowledgements).toBe(5);
    // Three streams for 110 ms each, of which 10 waiting; then the third goes on, and two others do the same.
    expect([tally.desiredMs, tally.acknowledgedMs]).toEqual([660, 610]);
    const latency = new LatencyHistogram();
    latency.addSparse(tally.subscribeMs);
    expect([latency.total, Math.round(latency.quantile(0.5))]).toEqual([5, 10]);
    expect(pendingTimers).toBe(0);
  });

  it('ends even when nothing is ever acknowledged, with the streams uncovered', async () => {
    const { tally } = await play(true);
    expect(tally.acknowledgements).toBe(0);
    expect(tally.acknowledgedMs).toBe(0);
    expect(tally.desiredMs).toBeGreaterThan(0);
    expect(tally.subscribeMs).toEqual([]);
  });
});

describe('StreamRecorder', () => {
  it('keeps ids as ranges, counts what comes again, and times a gap from message to message', async () => {
    const clock = new FakeClock(0);
    const recorder = new StreamRecorder(clock, true);
    recorder.desire('a');
    recorder.acknowledged('a', 0);
    for (const id of [1, 2, 3]) recorder.message('a', id, id, null);
    await clock.advance(50);
    recorder.interrupted('a', clock.now());
    await clock.advance(200);
    recorder.acknowledged('a', clock.now());
    recorder.message('a', 3, 3, null);
    recorder.message('a', 9, 10, null);
    const [stream] = recorder.tally(recorder.integrals()).streams;
    expect(stream).toEqual({
      stream: 'a',
      received: 5,
      repeated: 1,
      ids: [
        [1, 3],
        [9, 10],
      ],
      interruptions: [{ interruptedAtMs: 50, lastMessageAtMs: 0, acknowledgedAtMs: 250, firstMessageAtMs: 250 }],
      gaps: [],
      arrivals: Float64Array.of(0, 0, 0, 250, 250),
    });
  });

  it('keeps the ids that gaps cover, both ends exclusive, and no times when nobody asks for them', () => {
    const recorder = new StreamRecorder(new FakeClock(0), false);
    recorder.desire('a');
    recorder.message('a', 5, 5, null);
    recorder.gap('a', { lastGoodId: 5, firstGoodId: 9 });
    recorder.gap('a', { lastGoodId: 9, firstGoodId: 10, unknownLoss: true });
    recorder.gap('a', { lastGoodId: null, firstGoodId: 3 });
    recorder.gap('unheard of', { lastGoodId: 1, firstGoodId: 9 });
    const { streams } = recorder.tally(recorder.integrals());
    expect(streams).toMatchObject([
      {
        gaps: [
          [Number.NEGATIVE_INFINITY, 2],
          [6, 8],
        ],
        arrivals: null,
      },
    ]);
  });
});
