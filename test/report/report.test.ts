import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/index.js';
import { renderComparison, renderMarkdown, renderVerdictTable } from '../../src/report/index.js';
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

const RUNS: readonly (readonly [string, () => RunRecord])[] = [
  ['pass', passingRun],
  ['fail', failingRun],
  ['inconclusive', inconclusiveRun],
  ['invalid', invalidRun],
  ['contaminated', contaminatedRun],
  ['partial', partialRun],
  ['empty', emptyRun],
];

const text = (record: RunRecord, columns = 80): string =>
  renderVerdictTable(record, { colour: false, columns, file: 'reports/20260301-093000-7/record.json' });

describe('the report of a run', () => {
  it.each(RUNS)('in a terminal: %s', async (name, run) => {
    await expect(text(run())).toMatchFileSnapshot(`../golden/verdict-${name}.txt`);
  });

  it.each(RUNS)('as Markdown: %s', async (name, run) => {
    await expect(renderMarkdown(run())).toMatchFileSnapshot(`../golden/report-${name}.md`);
  });

  it('uses a wide terminal', async () => {
    await expect(text(failingRun(), 200)).toMatchFileSnapshot('../golden/verdict-fail-wide.txt');
  });

  it.each(RUNS)('keeps to the width of the terminal in its tables: %s', (_, run) => {
    const tooWide = text(run())
      .split('\n')
      .slice(3)
      .filter((line) => line.length > 80 && !/^(?:- |Repeat: | {2}rest-)/.test(line));
    expect(tooWide).toEqual([]);
  });

  it('has no escape sequences without colour, and colours the verdict with it', () => {
    expect(text(failingRun())).not.toContain('\u001b');
    const coloured = renderVerdictTable(failingRun(), { colour: true, columns: 80 });
    expect(coloured).toContain('\u001b[31mFAIL\u001b[39m');
  });

  it('gives every target that was not met its reason', () => {
    const shown = text(failingRun());
    expect(shown).toContain('even the upper end of the interval, 0.742, misses the limit');
    expect(shown).toMatch(/fail +hit rate > 85 %/);
  });

  it('keeps a cell with a bar in one cell', () => {
    const changed = withScenario(passingRun(), (scenario) => ({
      ...scenario,
      targets: scenario.targets.map((target) => Object.assign({}, target, { title: 'a | b' })),
    }));
    expect(renderMarkdown(changed)).toContain(String.raw`| a \| b |`);
  });
});

describe('two runs side by side', () => {
  it('are shown with their changes, and against the control of each', async () => {
    const after = withScenario(failingRun(), (scenario) => {
      const { pooled, ...arms } = scenario.arms;
      if (!pooled) throw new Error('the fixture has a pooled arm');
      const metrics = { ...pooled.metrics, connectionsOpened: 35, setupCostPerOpMs: 0.802, hitRate: 0.731 };
      return { ...scenario, hash: '000000000000', arms: { ...arms, pooled: { ...pooled, metrics } } };
    });
    const environment = { ...after.environment, fingerprint: 'ffffffffffff' };
    const later = { ...after, runId: '20260302-093000-7', environment, scenarios: after.scenarios.slice(0, 1) };
    await expect(renderComparison(passingRun(), later)).toMatchFileSnapshot('../golden/comparison.md');
  });
});
