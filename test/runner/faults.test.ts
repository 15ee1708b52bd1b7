import { describe, expect, it } from 'vitest';
import type { OperationLog } from '../../src/runner/arm/messages.js';
import { findFaults, operationsRecovery } from '../../src/runner/faults.js';
import type { FaultStamp } from '../../src/exchange/protocol.js';
import { launch, served } from './sample.js';

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
    const cut = served('cut', { startedAtMs: 500, endedAtMs: 1050, endedBy: 'connection' });
    const later = served('later', { startedAtMs: 500, endedAtMs: 1500, endedBy: 'connection' });
    const kept = served('kept', { startedAtMs: 500, endedAtMs: 1050, endedBy: 'unsubscribe' });
    const [finding] = findFaults(launch({ faults: [stamp('a', 1000, null)], subscriptions: [cut, later, kept] }));
    expect(finding?.row).toMatchObject({ felt: true, streamsAffected: 1, recoveredMs: null, endpoint: -1 });
  });
});
