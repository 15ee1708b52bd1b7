import type { ArmRecord } from '../../src/record/record.js';

/** The arm of a record for tests: pooled, twelve launches, nothing measured unless the test says so. */
export function arm(changes: Partial<ArmRecord> = {}): ArmRecord {
  return {
    stack: 'day3',
    driver: 'pooled',
    role: 'test',
    launches: 12,
    metrics: {},
    warmUp: null,
    errors: {},
    acquires: null,
    setupPartsMs: null,
    ...changes,
  };
}
