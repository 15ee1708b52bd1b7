import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/record.js';
import { renderSelfTest } from '../../src/report/self-test.js';
import { loadScenario } from '../../src/scenario/index.js';
import {
  CASES,
  countsScenario,
  holds,
  isDisturbed,
  outcomeOf,
  type SelfTestCase,
  summarize,
  timingScenario,
} from '../../src/self-test/index.js';
import { record, scenario } from '../baseline/records.js';

const caseOf = (id: string): SelfTestCase => {
  const found = CASES.find((one) => one.id === id);
  if (!found) throw new Error(`no case ${id}`);
  return found;
};

function recordWith(
  metric: string,
  verdict: 'pass' | 'fail' | 'inconclusive',
  run: RunRecord['verdict'] = 'fail',
): RunRecord {
  const row = {
    id: 'x',
    title: 'x',
    arm: 'candidate',
    rule: '',
    value: 1,
    interval: null,
    n: 10,
    byConstruction: false,
  };
  return record({ verdict: run, scenarios: [scenario({ targets: [{ ...row, metric, verdict, reason: '' }] })] });
}

describe('a run of the self-test', () => {
  it('is right when exit code and row are as they must be, and wrong when either is not', () => {
    const slow = caseOf('slow');
    expect(outcomeOf(slow, 99, recordWith('serviceTimeMs.p50', 'fail'))).toBe('right');
    expect(outcomeOf(slow, 0, recordWith('serviceTimeMs.p50', 'pass'))).toBe('wrong');
    expect(outcomeOf(slow, 99, recordWith('hitRate', 'fail'))).toBe('wrong');
    expect(outcomeOf(slow, null, null)).toBe('wrong');
    expect(outcomeOf(caseOf('no-change'), 99, recordWith('serviceTimeMs.p50', 'fail'))).toBe('wrong');
  });

  it('is undecided when the gate said that it did not know, and no run at all on a disturbed machine', () => {
    expect(outcomeOf(caseOf('slow'), 0, recordWith('serviceTimeMs.p50', 'inconclusive'))).toBe('undecided');
    expect(outcomeOf(caseOf('slow'), 96, recordWith('serviceTimeMs.p50', 'pass', 'contaminated'))).toBe('disturbed');
  });

  it('goes by the exit code alone where the run as a whole is meant', () => {
    expect([96, 0, 99].map((code) => outcomeOf(caseOf('miscount'), code, null))).toEqual(['right', 'wrong', 'wrong']);
    expect(outcomeOf(caseOf('empty'), 95, null)).toBe('right');
  });
});

describe('what the self-test found', () => {
  const all = (outcome: 'right' | 'wrong' | 'undecided' | 'disturbed') =>
    CASES.map((one) => summarize({ case: one, outcomes: [outcome, 'right'] }));

  it('holds when each case was found and none ended otherwise', () => {
    expect(holds(all('right'))).toBe(true);
    expect(holds(all('undecided'))).toBe(true);
    expect(holds(all('wrong'))).toBe(false);
    expect(holds([summarize({ case: caseOf('slow'), outcomes: ['undecided'] })])).toBe(false);
  });

  it('counts no run on a disturbed machine', () => {
    const disturbed = summarize({ case: caseOf('slow'), outcomes: ['disturbed', 'disturbed'] });
    expect(disturbed).toMatchObject({ runs: 0, right: 0, disturbed: 2, share: null });
    expect(isDisturbed([disturbed])).toBe(true);
    expect(isDisturbed(all('disturbed'))).toBe(false);
  });

  it('is told with exact intervals, in 80 columns', () => {
    const outcomes = Array.from({ length: 59 }, () => 'right' as const);
    const text = renderSelfTest(CASES.map((one) => summarize({ case: one, outcomes })));
    expect(text).toMatch(/\+10 % service time .* 59 of 59 .* 94 %–100/);
    expect(text).toContain('Without a change 59 of 59 did not fail: at most 5 % would, at 95 % confidence.');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(renderSelfTest(all('wrong'))).toContain('not to be trusted');
  });
});

describe('the scenarios of the self-test', () => {
  it.each([timingScenario, countsScenario])('are valid', (text) => {
    const { scenario: loaded, warnings } = loadScenario({
      text: text('/x/plant.js'),
      file: 'self-test.yaml',
      quick: false,
    });
    expect([loaded.arms['candidate']?.driver, warnings]).toEqual(['/x/plant.js', []]);
  });
});
