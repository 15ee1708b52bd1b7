import type { TargetData, TargetSpec } from '../../src/gate/index.js';
import type { FaultRow, LaunchRow, PairRow } from '../../src/record/record.js';
import { arm } from '../record/arm.js';

export { arm };

export const ARMS = {
  unpooled: arm({ stack: 'day2', driver: 'unpooled', role: 'control' }),
  pooled: arm(),
} as const;

export function launchRows(name: string, metric: string, values: readonly number[]): LaunchRow[] {
  return values.map((value, launch) => ({ launch, arm: name, metric, value }));
}

export function pairRows(metric: string, pairs: readonly (readonly [number, number])[]): PairRow[] {
  return pairs.map((block, pair) => ({ pair, arm: 'pooled', control: 'unpooled', metric, blocks: [block] }));
}

export function fault(changes: Partial<FaultRow> = {}): FaultRow {
  return {
    arm: 'pooled',
    launch: 0,
    kind: 'refuse',
    endpoint: 0,
    injectedAtMs: 300,
    detectedMs: 2,
    recoveredMs: 40,
    durationMs: 1500,
    felt: true,
    operationsAffected: 3,
    streamsAffected: 0,
    ...changes,
  };
}

export function data(changes: Partial<TargetData> = {}): TargetData {
  return { arms: ARMS, launches: [], pairs: [], faults: [], judged: 1, ...changes };
}

export function target(changes: Partial<TargetSpec> = {}): TargetSpec {
  return {
    id: 'hit-rate',
    title: 'hit rate > 85 %',
    arm: 'pooled',
    metric: 'hitRate',
    compare: 'absolute',
    is: '>',
    limit: 0.85,
    ...changes,
  };
}
