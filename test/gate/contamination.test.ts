import { describe, expect, it } from 'vitest';
import { judgeMachine, judgeTargets } from '../../src/gate/index.js';
import type { LaunchRow, MachineRow } from '../../src/record/record.js';
import { data, launchRows, pairRows, target } from './rows.js';

/** Two turns a pair; `spoil` changes the row of one. */
function rows(pairs: number, spoil: (pair: number, arm: string) => Partial<MachineRow> = () => ({})): MachineRow[] {
  return Array.from({ length: pairs }, (_, pair) =>
    ['pooled', 'unpooled'].map((arm): MachineRow => {
      const cpuMs = 0.4 + 0.001 * ((pair * 7) % 5);
      const calm = { pair, block: 0, arm, cpuMs, echoMs: 0.02, lateMs: 1, stolen: 0, disturbed: false };
      return Object.assign(calm, spoil(pair, arm));
    }),
  ).flat();
}

const disturbed = { disturbed: true };
const spoiledRow = ({ launch, arm, metric, value }: LaunchRow): LaunchRow => ({
  launch,
  arm,
  metric,
  value,
  disturbed: true,
});

describe('the machine', () => {
  it('is fit when it was calm, or when nobody watched it', () => {
    expect(judgeMachine(rows(7), 'unpooled')).toEqual({ contaminated: false, disturbed: 0, turns: 14, reasons: [] });
    expect(judgeMachine([], 'unpooled')).toMatchObject({ contaminated: false, turns: 0 });
  });

  it('is unfit when more than a quarter of the turns were disturbed', () => {
    const spoiled = (pairs: number) =>
      judgeMachine(
        rows(8, (pair) => (pair < pairs ? disturbed : {})),
        'unpooled',
      );
    expect(spoiled(2)).toMatchObject({ contaminated: false, disturbed: 4, turns: 16 });
    expect(spoiled(3)).toMatchObject({ contaminated: true, disturbed: 6 });
    expect(spoiled(3).reasons[0]).toContain('6 of 16 turns');
  });

  it('is unfit when the frozen control took longer beside one arm than beside the other', () => {
    const slow = (by: number, part: 'cpuMs' | 'echoMs') =>
      judgeMachine(
        rows(9, (_pair, arm) => (arm === 'pooled' ? { [part]: (part === 'cpuMs' ? 0.402 : 0.02) * by } : {})),
        'unpooled',
      );
    expect(slow(1.02, 'cpuMs').contaminated).toBe(false);
    expect(slow(1.06, 'cpuMs').reasons).toEqual([expect.stringMatching(/arithmetic took .* longer beside pooled/)]);
    expect(slow(0.9, 'echoMs').reasons).toEqual([expect.stringMatching(/TCP echo took .* shorter beside pooled/)]);
  });

  it('is not unfit for a drift that both arms had alike, nor for one odd pair', () => {
    const drift = rows(12, (pair) => ({ cpuMs: 0.4 * (1 + 0.05 * pair) }));
    const odd = rows(12, (pair, arm) => (pair === 3 && arm === 'pooled' ? { cpuMs: 4 } : {}));
    for (const machine of [drift, odd]) expect(judgeMachine(machine, 'unpooled').contaminated).toBe(false);
  });

  it('leaves out of the comparison what the ticker saw', () => {
    const spoiled = rows(12, (pair, arm) => (pair < 3 && arm === 'pooled' ? { cpuMs: 4, ...disturbed } : {}));
    expect(judgeMachine(spoiled, 'unpooled').contaminated).toBe(false);
  });
});

describe('launches during which the machine was disturbed', () => {
  const spoiledRows = (values: readonly number[], bad: number): LaunchRow[] => {
    const all = launchRows('pooled', 'hitRate', values);
    return [...all.slice(0, bad).map(spoiledRow), ...all.slice(bad)];
  };
  const low = Array.from({ length: 12 }, (_, i) => (i < 2 ? 0.1 : 0.9 + i / 1000));

  it('are no values of a test, and count where counts are exact', () => {
    const [row] = judgeTargets([target()], data({ launches: spoiledRows(low, 2) }));
    expect(row).toMatchObject({ verdict: 'pass', n: 10 });
    const maximum = target({ compare: 'maximum', is: '>' });
    expect(judgeTargets([maximum], data({ launches: spoiledRows(low, 2) }))[0]?.verdict).toBe('fail');
  });

  it('leave nothing to judge when they are all', () => {
    const [row] = judgeTargets([target()], data({ launches: spoiledRows(low, 12) }));
    expect(row).toMatchObject({ verdict: 'notEvaluated', reason: expect.stringContaining('disturbed') as string });
  });

  it('are no pair', () => {
    const difference = target({ compare: 'difference', against: 'unpooled', is: '>', limit: 0.5 });
    const both = [
      ...spoiledRows(low, 2),
      ...launchRows(
        'unpooled',
        'hitRate',
        low.map(() => 0),
      ),
    ];
    expect(judgeTargets([difference], data({ launches: both }))[0]).toMatchObject({ n: 10 });
    const missed = judgeTargets([difference], data({ pairs: pairRows('hitRate', [[0.1, 0]]), contaminated: true }));
    expect(missed[0]?.verdict).toBe('inconclusive');
  });
});
