import { describe, expect, it } from 'vitest';
import { judgeArms } from '../../src/gate/index.js';
import { arm, data, pairRows } from './rows.js';

const GATE = { arm: 'pooled', metric: 'throughput', against: 'unpooled', margin: 0.1, deadZone: 0.03 } as const;
const pairs = (ratio: number, n = 10) =>
  pairRows(
    GATE.metric,
    Array.from({ length: n }, (_, i) => [100 * ratio * (1 + i / 1000), 100] as const),
  );

describe('a gate between two arms of a run', () => {
  it('passes, fails or stays open as the pairs say, and shows the ratio', () => {
    const [same] = judgeArms([GATE], data({ pairs: pairs(1) }));
    expect(same).toMatchObject({
      id: 'pooled:throughput',
      rule: 'not 10 % less than unpooled',
      verdict: 'pass',
      n: 10,
    });
    expect(same?.value).toBeCloseTo(1.0045, 3);
    expect(judgeArms([GATE], data({ pairs: pairs(0.8) }))[0]).toMatchObject({ verdict: 'fail' });
    expect(judgeArms([GATE], data({ pairs: pairs(0.8, 4) }))[0]?.verdict).toBe('inconclusive');
  });

  it('fails nothing on a machine that was disturbed', () => {
    const [row] = judgeArms([GATE], data({ pairs: pairs(0.8), contaminated: true }));
    expect(row).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('disturbed') as string });
  });

  it('is not evaluated without a pair', () => {
    expect(judgeArms([GATE], data())[0]).toMatchObject({ verdict: 'notEvaluated', value: null, interval: null });
  });
});

describe('a count that is gated between two arms', () => {
  const gate = { ...GATE, metric: 'connectionsOpened' };
  const opened = (pooled: number) =>
    data({
      arms: {
        pooled: arm({ metrics: { connectionsOpened: pooled } }),
        unpooled: arm({ metrics: { connectionsOpened: 16 } }),
      },
    });

  it('is compared exactly, and one too many is a finding', () => {
    expect(judgeArms([gate], opened(16))[0]).toMatchObject({ verdict: 'pass', rule: 'exactly as unpooled', value: 16 });
    expect(judgeArms([gate], opened(17))[0]).toMatchObject({
      verdict: 'fail',
      reason: 'An exact count got worse: 17 where 16 is that of unpooled.',
    });
    expect(judgeArms([gate], data())[0]?.verdict).toBe('notEvaluated');
  });
});
