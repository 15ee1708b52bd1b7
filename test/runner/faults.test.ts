import { describe, expect, it } from 'vitest';
import type { OperationLog } from '../../src/runner/arm/messages.js';
import { findFaults, operationsRecovery } from '../../src/runner/faults.js';
import type { FaultStamp } from '../../src/exchange/protocol.js';
import { fault, launch, seen, served } from './sample.js';

/** Operations each 10 ms that take 5 ms; `bad` says which fail, `lateMs` how much longer those take. */
function log(count: number, bad: (index: number) => boolean, lateMs = 0): OperationLog {
  const intendedAtMs = Float64Array.from({ length: count }, (_, i) => i * 10);
  return {
    intendedAtMs,
    endedAtMs: Float64Array.from(intendedAtMs, (at, i) => at + 5 + (bad(i) ? lateMs : 0)),
    good: Uint8Array.from(intendedAtMs, (_, i) => (bad(i) ? 0 : 1)),
  };
}

describe('recovery of operations from a fault', () => {
  it('ends with the last operation that failed, when enough good ones follow', () => {
    const found = operationsRecovery([log(200, (i) => i >= 50 && i < 60)], 500, 1500);
    expect(found).toEqual({ affected: 10, recoveredMs: 95 });
  });

  it('counts a late answer like a failure, until it ended', () => {
    expect(operationsRecovery([log(200, (i) => i === 50, 250)], 500, 1500)).toEqual({ affected: 1, recoveredMs: 255 });
  });

  it('never sees a blind round-robin over a living and a dead endpoint as recovered', () => {
    const half = operationsRecovery([log(200, (i) => i >= 50 && i < 150 && i % 2 === 0)], 500, 1500);
    expect(half.affected).toBe(50);
    expect(half.recoveredMs).toBeNull();
  });

  it('does not take what heals with the lift of the fault for recovery', () => {
    expect(operationsRecovery([log(200, (i) => i >= 50 && i < 149)], 500, 1500).recoveredMs).toBeNull();
  });

  it('leaves alone what failed before the fault, or began after it', () => {
    expect(operationsRecovery([log(200, (i) => i < 40 || i >= 160)], 500, 1500)).toEqual({
      affected: 0,
      recoveredMs: 0,
    });
  });
});

describe('the faults of a launch', () => {
  const stamp = (id: string, injectedAtMs: number, endpoint: number | null): FaultStamp => ({
    id,
    kind: 'cut-all',
    endpoint,
    injectedAtMs,
    liftedAtMs: injectedAtMs + 100,
    openAtInjection: 2,
    touched: 2,
  });
  const dead = (endpoint: number, atMs: number) => ({ endpoint, atMs });

  it('are each detected by what the client noticed before the next began, on an endpoint of theirs', () => {
    const faults = [stamp('a', 1000, 0), stamp('b', 2000, null), stamp('c', 3000, 1)];
    const sample = launch({ faults });
    const declaredDead = [dead(1, 1500), dead(0, 1700), dead(1, 2040), dead(0, 3050)];
    const finish = { ...sample.finish, claims: { ...sample.finish.claims, declaredDead } };
    expect(
      findFaults({
        ...sample,
        start: { ...sample.start, claims: { ...sample.start.claims, declaredDead: [] } },
        runs: [],
        finish,
      }).map(({ row }) => row.detectedMs),
    ).toEqual([700, 40, null]);
  });

  it('feel a fault that only cuts when a stream of it lost its connection meanwhile', () => {
    const cut = served('cut', { startedAtMs: 500, endedAtMs: 1050, endedBy: 'connection', lostAtMs: 1050 });
    const later = served('later', { startedAtMs: 500, endedAtMs: 1500, endedBy: 'connection', lostAtMs: 1500 });
    const closed = served('closed', { startedAtMs: 500, endedAtMs: 1050, endedBy: 'connection' });
    const kept = served('kept', { startedAtMs: 500, endedAtMs: 1050, endedBy: 'unsubscribe' });
    const [finding] = findFaults(
      launch({ faults: [stamp('a', 1000, null)], subscriptions: [cut, later, closed, kept] }),
    );
    expect(finding?.row).toMatchObject({ felt: true, streamsAffected: 1, recoveredMs: null, endpoint: -1 });
  });
});

describe('streams under a fault', () => {
  const row = (facts: Parameters<typeof served>[1]) => served('a', { startedAtMs: 0, endedAtMs: 5000, ...facts });
  const at = (...times: number[]) => Float64Array.from(times);
  const found = (facts: Parameters<typeof launch>[0]) => findFaults(launch(facts))[0];

  it('that another connection carried on are well with the next message, and count once', () => {
    const finding = found({
      faults: [fault('silence', 1, { endpoint: 0, injectedAtMs: 1000, liftedAtMs: 2000 })],
      subscriptions: [row({ endpoint: 0, lostAtMs: 1000 }), row({ endpoint: 1, remotePort: 40_002 })],
      streams: [seen('a', { arrivals: at(990, 1004, 1014) })],
    });
    expect(finding?.row).toMatchObject({ felt: true, streamsAffected: 1, recoveredMs: 4 });
    expect(finding?.gapsMs).toEqual([14]);
  });

  it('that were interrupted all the same take until the first message after that', () => {
    const finding = found({
      faults: [fault('reset', 1, { endpoint: 0, injectedAtMs: 1000, liftedAtMs: 2000 })],
      subscriptions: [row({ endpoint: 0 }), row({ endpoint: 1, remotePort: 40_002 })],
      streams: [
        seen('a', {
          arrivals: at(990, 1004, 1300),
          interruptions: [
            { interruptedAtMs: 1010, lastMessageAtMs: 1004, acknowledgedAtMs: 1200, firstMessageAtMs: 1300 },
          ],
        }),
      ],
    });
    expect(finding?.row.recoveredMs).toBe(300);
  });

  it('that were moved without an interruption are well with the first message of where they went', () => {
    const silence = fault('silence', 1, { endpoint: 0, injectedAtMs: 1000, liftedAtMs: 2000 });
    const silenced = row({ endpoint: 0, lostAtMs: 1000 });
    const moved = row({ endpoint: 1, remotePort: 40_002, startedAtMs: 1600, firstMessageAtMs: 1690 });
    const streams = [seen('a', { arrivals: at(990, 1008, 1700) })];
    const facts = { faults: [silence], streams };
    expect(found({ ...facts, subscriptions: [silenced, moved] })?.row.recoveredMs).toBe(700);
    // What arrives late of the silenced connection is no recovery.
    expect(found({ ...facts, subscriptions: [silenced] })?.row.recoveredMs).toBeNull();
  });

  it('feel a stall by the ids that were never sent, until data comes of a later subscription', () => {
    const stall = fault('stream-stall', 1, { endpoint: 0, injectedAtMs: 1000, liftedAtMs: 2000 });
    const hollow = row({ endpoint: 0, untilId: 21, sent: [[1, 10]] });
    const again = row({ endpoint: 0, startedAtMs: 1300, firstMessageAtMs: 1390, fromId: 21, sent: [[21, 30]] });
    const streams = [seen('a', { arrivals: at(990, 1005, 1400) })];
    const felt = found({ faults: [stall], subscriptions: [hollow, again], streams });
    expect(felt?.row).toMatchObject({ felt: true, streamsAffected: 1, recoveredMs: 400 });
    expect(felt?.gapsMs).toEqual([395]);
    expect(found({ faults: [stall], subscriptions: [row({ endpoint: 0 })], streams })?.row.felt).toBe(false);
  });

  it('of which nothing came before the lift are missed', () => {
    const stall = fault('stream-stall', 1, { endpoint: 0, injectedAtMs: 1000, liftedAtMs: 2000 });
    const hollow = row({ endpoint: 0, untilId: 21, sent: [[1, 10]] });
    const late = [seen('a', { arrivals: at(990, 2010) })];
    expect(found({ faults: [stall], subscriptions: [hollow], streams: late })?.row.recoveredMs).toBeNull();
  });
});
