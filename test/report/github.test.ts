import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRecord, TargetRow } from '../../src/record/index.js';
import { renderAnnotations, renderSummary, SUMMARY_LIMIT_BYTES } from '../../src/report/index.js';
import { contaminatedRun, failingRun, inconclusiveRun, invalidRun, passingRun, withScenario } from './fixture.js';

/** A run with so many failed targets, and as many that stayed open, in one scenario. */
function runWith(failed: number, open: number): RunRecord {
  const [first] = failingRun().scenarios[0]?.targets.filter(({ verdict }) => verdict === 'fail') ?? [];
  if (!first) throw new Error('the fixture has a failed target');
  const rows = (count: number, verdict: TargetRow['verdict']): TargetRow[] =>
    Array.from({ length: count }, (_, i) => ({ ...first, id: `${verdict}-${i}`, title: `${verdict} ${i}`, verdict }));
  return withScenario(failingRun(), (scenario) => ({
    ...scenario,
    baselines: [],
    targets: [...rows(open, 'inconclusive'), ...rows(failed, 'fail')],
  }));
}

const lines = (run: RunRecord): string[] => renderAnnotations(run).split('\n').slice(0, -1);

/** As the runner of GitHub Actions reads a command. */
function readCommand(line: string): { level: string; title: string; message: string } {
  const [, level = '', title = '', message = ''] = /^::(\w+) title=([^:,]*)::(.*)$/.exec(line) ?? [];
  const data = (text: string): string =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  return { level, title: data(title), message: data(message) };
}

describe('annotations', () => {
  it('are errors for what failed and warnings for what is open', () => {
    expect(lines(failingRun()).map((line) => readCommand(line).level)).toEqual(['error', 'error', 'error']);
    expect(lines(inconclusiveRun()).map((line) => readCommand(line).level)).toEqual(['warning', 'warning']);
    expect(lines(invalidRun()).map((line) => readCommand(line).level)).toEqual(['error']);
    expect(lines(contaminatedRun()).map((line) => readCommand(line).level)).toEqual(['error']);
    expect(renderAnnotations(passingRun())).toBe('');
  });

  it('hold what a reader needs', async () => {
    await expect(renderAnnotations(failingRun())).toMatchFileSnapshot('../golden/annotations-fail.txt');
    const [first = ''] = lines(failingRun());
    expect(readCommand(first)).toMatchObject({ title: 'rest-polling: hit rate > 85 %' });
    expect(readCommand(first).message.split('\n')).toHaveLength(5);
  });

  it('are at most eight, worst first, and the last one counts the others', () => {
    expect(lines(runWith(3, 5))).toHaveLength(8);
    const many = lines(runWith(5, 30)).map(readCommand);
    expect(many).toHaveLength(8);
    expect(many.map(({ level }) => level)).toEqual([
      ...Array<string>(5).fill('error'),
      ...Array<string>(3).fill('warning'),
    ]);
    expect(many.at(-1)).toEqual({
      level: 'warning',
      title: '28 more rows',
      message: '28 inconclusive: see the summary',
    });
    const failed = lines(runWith(9, 1)).map(readCommand);
    expect(failed.at(-1)).toMatchObject({ level: 'error', message: '2 fail, 1 inconclusive: see the summary' });
  });

  it('are one line each and come back whole, whatever is written in them', () => {
    const failing = failingRun();
    const text = fc.string({
      unit: fc.constantFrom('%', ':', ',', '\r', '\n', '::', '%25', '%0A', 'a', ' ', '<', 'é'),
    });
    fc.assert(
      fc.property(text, text, (title, reason) => {
        const run = withScenario(failing, (scenario) => ({
          ...scenario,
          targets: scenario.targets.map((row) => Object.assign({}, row, row.verdict === 'fail' && { title, reason })),
        }));
        const told = lines(run);
        expect(told).toHaveLength(3);
        const [first = ''] = told;
        expect(first).not.toMatch(/[\r\n]/);
        expect(first.slice('::error title='.length).split('::')[0]).not.toMatch(/[:,]/);
        expect(readCommand(first).title).toBe(`rest-polling: ${title}`);
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

describe('the summary of a step', () => {
  const whole = (run: RunRecord, limitBytes = SUMMARY_LIMIT_BYTES): string =>
    renderSummary(run, { limitBytes, report: 'reports/x/report.md' });

  it('is the verdict, what to look at, the rows, and the metrics folded away', async () => {
    await expect(whole(failingRun())).toMatchFileSnapshot('../golden/summary-fail.md');
    await expect(whole(passingRun())).toMatchFileSnapshot('../golden/summary-pass.md');
  });

  it('keeps to its bytes, counts them as UTF-8, and names what it left out', () => {
    const run = runWith(40, 40);
    const all = Buffer.byteLength(whole(run));
    for (const limitBytes of [3000, 6000, 12_000, 20_000, all - 1]) {
      const cut = whole(run, limitBytes);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limitBytes);
      expect(cut).toMatch(/^# FAIL\n/);
      expect(cut).toMatch(
        /> Cut to fit what GitHub takes for a step: .+\. The whole report is reports\/x\/report\.md\.\n$/,
      );
    }
    expect(whole(run, all + 4096)).not.toContain('Cut to fit');
    expect(whole(run, 3000)).toMatch(/; and \d+ more\. The whole/);
  });

  it('leaves out the metrics before the rows, and the rows before the reasons', () => {
    const run = failingRun();
    const sizes = Array.from({ length: 60 }, (_, i) => 2500 + 200 * i);
    const kept = sizes.map((limitBytes) => {
      const cut = whole(run, limitBytes);
      return [cut.includes('## What to look at'), cut.includes('### Targets'), cut.includes('<details>')];
    });
    for (const [reasons, rows, metrics] of kept) {
      if (rows === true) expect(reasons).toBe(true);
      if (metrics === true) expect(rows).toBe(true);
    }
    expect(kept.some(([, rows, metrics]) => rows === true && metrics === false)).toBe(true);
  });

  it('is empty when not even the verdict fits', () => {
    expect(whole(failingRun(), 2100)).toBe('');
    expect(whole(failingRun(), -5)).toBe('');
  });

  it('escapes the name of a scenario where it stands in a tag', () => {
    const run = withScenario(passingRun(), (scenario) => ({ ...scenario, name: '<script>x</script>' }));
    expect(whole(run)).toContain('<summary>Metrics of &lt;script>x&lt;/script></summary>');
  });
});
