import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { againstBase } from '../../../src/cli/base/scenario.js';
import { loadScenario, type Scenario } from '../../../src/scenario/index.js';

function compared(name: string): Scenario | undefined {
  const file = new URL(`../../../scenarios/${name}.yaml`, import.meta.url);
  const loaded = loadScenario({ text: readFileSync(file, 'utf8'), file: `${name}.yaml`, quick: false });
  return againstBase(loaded, (driver) => `/base/dist/driver/${driver}.js`)?.scenario;
}

describe('a scenario as a comparison of two builds', () => {
  it('has the gated arm and itself in the other build, which is the control', () => {
    expect(compared('rest-polling')?.arms).toEqual({
      base: { stack: 'day3', driver: '/base/dist/driver/pooled.js', role: 'control', launches: null },
      pooled: { stack: 'day3', driver: 'pooled', role: 'test', launches: null },
    });
  });

  it('gates timing and exact counts against it, and rates not', () => {
    const gates = compared('rest-polling')?.gates.map(({ metric, against }) => [metric, against]);
    expect(gates).toContainEqual(['responseTimeMs.p50', 'base']);
    expect(gates).toContainEqual(['connectionsOpened', 'base']);
    expect(gates?.map(([metric]) => metric)).not.toContain('operationErrorRate');
  });

  it('keeps the targets that need no other arm', () => {
    expect(compared('rest-polling')?.targets.map(({ id }) => id)).toEqual(['hit-rate', 'utilization']);
  });

  it('is none where nothing is gated', () => {
    expect(compared('failover')).toBeUndefined();
  });
});
