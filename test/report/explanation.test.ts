import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/index.js';
import type { Explanation } from '../../src/report/explanation.js';
import { explanationsOf } from '../../src/report/explanations.js';
import { renderVerdictTable } from '../../src/report/index.js';
import {
  contaminatedRun,
  emptyRun,
  failingRun,
  inconclusiveRun,
  invalidRun,
  partialRun,
  passingRun,
  withScenario,
} from './fixture.js';

const told = (run: RunRecord): string[] => explanationsOf(run).map(({ verdict, title }) => `${verdict}: ${title}`);
const factOf = (explanation: Explanation | undefined, label: string): string | undefined =>
  explanation?.facts.find((fact) => fact.label === label)?.text;

describe('what is explained', () => {
  it('is each binding row that failed or stayed open, worst first', () => {
    const mixed = failingRun();
    const [, second] = inconclusiveRun().scenarios;
    if (!second) throw new Error('the fixture has two scenarios');
    expect(told({ ...mixed, scenarios: [second, ...mixed.scenarios.slice(0, 1)] })).toEqual([
      'fail: hit rate > 85 %',
      'fail: responseTimeMs.p50 against day3',
      'fail: connectionsOpened against day3',
      'inconclusive: network errors −40 %',
    ]);
    expect(told(passingRun())).toEqual([]);
  });

  it('is no row that cannot fail the run: its reason stays beside its figures', () => {
    const advisory = withScenario(passingRun(), (scenario) => ({
      ...scenario,
      baselines: scenario.baselines.map((row) =>
        Object.assign({}, row, row.name === 'day2' && { verdict: 'inconclusive', reason: 'no longer the same' }),
      ),
    }));
    expect(told(advisory)).toEqual([]);
    expect(renderVerdictTable(advisory, { colour: false, columns: 80 })).toContain('no longer the same');
  });

  it('is the scenario as a whole where its rows do not count', () => {
    expect(told(invalidRun())).toEqual(['invalid: client and exchange counted differently']);
    expect(told(contaminatedRun())).toEqual(['contaminated: the machine was disturbed']);
    expect(told(partialRun())).toEqual(['partial: stopped before its end']);
    expect(told(emptyRun())).toEqual(['empty: nothing was evaluated']);
    const between: RunRecord = { ...failingRun(), verdict: 'partial' };
    expect(told(between).at(-1)).toBe('partial: stopped before its end');
  });
});

describe('an explanation', () => {
  const [target, timing, count] = explanationsOf(failingRun());
  const open = explanationsOf(inconclusiveRun()).find(({ scenario }) => scenario === 'failover');

  it('says what was compared, over how much, with which seed', () => {
    expect(factOf(target, 'compared')).toBe('hitRate of pooled, 12 launches, seed 7');
    expect(factOf(open, 'compared')).toBe('operationErrorRate of pooled with unpooled, 12 pairs, seed 7');
    expect(factOf(timing, 'compared')).toBe(
      'responseTimeMs.p50 of pooled ÷ unpooled, 1 pair, now and as stored in day3, seed 7',
    );
    expect(factOf(count, 'compared')).toBe(
      'connectionsOpened of pooled, 12 launches, now and as stored in day3, seed 7',
    );
  });

  it('has estimate and interval, and says where there is none', () => {
    expect(factOf(target, 'measured')).toBe('73.1 %, 95 % interval 71.9 … 74.2');
    expect(factOf(open, 'measured')).toBe('0.520 × unpooled, 95 % interval 0.310 … 0.940');
    expect(factOf(count, 'measured')).toBe('35 where 32 is stored: +3');
    const thin = withScenario(failingRun(), (scenario) => ({
      ...scenario,
      targets: scenario.targets.map((row) => Object.assign({}, row, { interval: null, n: 1 })),
    }));
    const [first] = explanationsOf(thin);
    expect(factOf(first, 'compared')).toContain(', 1 launch,');
    expect(factOf(first, 'measured')).toBe('73.1 %, no 95 % interval from so few');
  });

  it('calls the value of a maximum the largest', () => {
    const late = withScenario({ ...failingRun(), scenarios: failingRun().scenarios.slice(1) }, (scenario) => ({
      ...scenario,
      verdict: 'fail',
      targets: scenario.targets.map((row) => Object.assign({}, row, row.id === 'failover' && { verdict: 'fail' })),
    }));
    expect(factOf(explanationsOf(late)[0], 'measured')).toBe('313 ms, the largest');
  });

  it('has the margin and the dead zone of what gates', () => {
    expect(factOf(timing, 'limit')).toBe('margin 10 %, dead zone 3 %');
    expect(factOf(count, 'limit')).toBe('exact: equal, or different in the better direction');
    expect(factOf(target, 'limit')).toBe('> 0.85');
  });

  it('ends in the one command that repeats it', () => {
    expect(target).toMatchObject({
      command: 'npx mp-bench run rest-polling --set pool.max=24 --seed 7',
      commandFor: 'repeat',
    });
  });

  it('ends in the command that settles it where more pairs do, and says how long that takes', () => {
    expect(open).toMatchObject({
      command: 'npx mp-bench run failover --seed 7 --set sampling.pairs=31',
      commandFor: 'settle',
    });
    // 126 s for 12 pairs.
    expect(factOf(open, 'takes')).toBe('31 pairs in all, about 5 min 26 s');
  });

  it('puts the number of pairs in the place of one that was set', () => {
    const run = inconclusiveRun();
    const command = 'mp-bench run failover --set sampling.pairs=9 --set pool.max=4 --seed 7';
    const scenarios = run.scenarios.map((scenario) => ({ ...scenario, command }));
    const again = explanationsOf({ ...run, scenarios }).find(({ scenario }) => scenario === 'failover');
    expect(again?.command).toBe('npx mp-bench run failover --set pool.max=4 --seed 7 --set sampling.pairs=31');
  });

  it('does not promise more launches to an arm with a number of its own', () => {
    const run = inconclusiveRun();
    const scenarios = run.scenarios.map((scenario) => {
      const resolved = structuredClone(scenario.resolved) as { arms: Record<string, { launches: number | null }> };
      if (resolved.arms['pooled']) resolved.arms['pooled'].launches = 4;
      return Object.assign({}, scenario, { resolved });
    });
    const again = explanationsOf({ ...run, scenarios }).find(({ scenario }) => scenario === 'failover');
    expect(again?.commandFor).toBe('repeat');
  });

  it('repeats the whole run where an older record has no command of the scenario', () => {
    const older = withScenario(failingRun(), ({ command, ...scenario }) => {
      expect(command).toBeDefined();
      return scenario;
    });
    expect(explanationsOf(older)[0]?.command).toBe(`npx ${failingRun().command}`);
  });
});

describe('the terminal', () => {
  it('shows twelve explanations, and says how many more there are', () => {
    const many = withScenario(failingRun(), (scenario) => ({
      ...scenario,
      baselines: [],
      targets: Array.from({ length: 20 }, (_, i) =>
        Object.assign({}, scenario.targets[3], { id: `t${i}`, title: `target ${i}` }),
      ),
    }));
    const shown = renderVerdictTable(many, { colour: false, columns: 80 });
    expect(shown.match(/^fail rest-polling: target/gm)).toHaveLength(12);
    expect(shown).toContain('and 8 further rows: report.md has all of them');
  });
});
