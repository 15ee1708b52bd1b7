import { describe, expect, it } from 'vitest';
import { FakeClock, LatencyHistogram, sleep } from '../../src/base/index.js';
import { OperationError } from '../../src/driver/index.js';
import { OperationRecorder } from '../../src/runner/arm/operation-recorder.js';
import { offerRequests } from '../../src/runner/arm/request-load.js';

interface Load {
  readonly arrivals: readonly number[] | null;
  readonly operations: number;
  readonly maxInFlight: number;
  readonly serviceMs: (index: number) => number;
  readonly timeoutMs?: number;
}

async function play({ arrivals, operations, maxInFlight, serviceMs, timeoutMs = 1000 }: Load) {
  const clock = new FakeClock(0);
  const recorder = new OperationRecorder(operations, timeoutMs);
  const started: [number, number][] = [];
  let offeredAtMs = -1;
  const done = offerRequests(
    {
      clock,
      beginAtMs: 0,
      arrivals: arrivals && Float64Array.from(arrivals),
      operations,
      maxInFlight,
      timeoutMs,
      recorder,
      perform: async (index) => {
        started.push([index, clock.now()]);
        await sleep(clock, serviceMs(index));
        return 200;
      },
    },
    () => {
      offeredAtMs = clock.now();
    },
  );
  await clock.advance(60_000);
  await done;
  const response = new LatencyHistogram();
  const service = new LatencyHistogram();
  const tally = recorder.tally(true);
  response.addSparse(tally.responseMs);
  service.addSparse(tally.serviceMs);
  return { tally, started, response, service, offeredAtMs, pendingTimers: clock.pendingTimers };
}

describe('an open loop', () => {
  it('starts every operation when it is due, whatever became of the earlier ones', async () => {
    const { started, offeredAtMs, pendingTimers } = await play({
      arrivals: [0, 10, 20, 30],
      operations: 4,
      maxInFlight: 10,
      serviceMs: () => 500,
    });
    expect(started).toEqual([
      [0, 0],
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    expect(offeredAtMs).toBe(30);
    expect(pendingTimers).toBe(0);
  });

  it('charges a stall to every operation that it delayed: no coordinated omission', async () => {
    // One server, a request each 10 ms served in 1 ms, and one stall of 1 s at the tenth.
    const { response, service } = await play({
      arrivals: Array.from({ length: 200 }, (_, i) => i * 10),
      operations: 200,
      maxInFlight: 1,
      serviceMs: (index) => (index === 10 ? 1000 : 1),
      timeoutMs: 5000,
    });
    expect(response.quantile(0.5)).toBeGreaterThan(50);
    expect(response.quantile(0.95)).toBeGreaterThan(900);
    // The service time says that it was one stall, not a slow server.
    expect(service.quantile(0.99)).toBeLessThan(2);
    expect(service.quantile(1)).toBeGreaterThan(990);
  });

  it('counts what could not be started within its time, and does not start it late', async () => {
    const { tally, started } = await play({
      arrivals: [0, 0, 0, 0],
      operations: 4,
      maxInFlight: 1,
      serviceMs: () => 800,
    });
    expect(started.map(([index]) => index)).toEqual([0, 1]);
    expect([tally.attempted, tally.completed, tally.unstarted]).toEqual([2, 2, 2]);
  });
});

describe('a burst', () => {
  it('keeps as many under way as it may, and is offered until the last has ended', async () => {
    const { tally, offeredAtMs } = await play({ arrivals: null, operations: 12, maxInFlight: 4, serviceMs: () => 100 });
    expect(tally.completionMs).toBe(300);
    expect(offeredAtMs).toBe(300);
  });
});

describe('OperationRecorder', () => {
  it('calls an answer good only when it is a success within the limit from its intended start', () => {
    const recorder = new OperationRecorder(4, 100);
    for (const index of [0, 1, 2, 3]) recorder.started(index, 0, 10);
    recorder.answered(0, 10, 90, 200);
    recorder.answered(1, 10, 130, 200);
    recorder.answered(2, 10, 20, 503);
    recorder.failed(3, 40, new OperationError('reset'));
    const tally = recorder.tally(true);
    expect([...tally.log!.good]).toEqual([1, 0, 0, 0]);
    expect(tally.failures).toEqual({ http5xx: 1, reset: 1 });
    expect([tally.attempted, tally.completed]).toEqual([4, 2]);
    expect(tally.responseMs.reduce((sum, [, count]) => sum + count, 0)).toBe(2);
  });
});
