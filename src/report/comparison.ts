import { metricPaths, type MetricPath } from '../metrics/index.js';
import type { RunRecord, ScenarioRecord } from '../record/index.js';
import { type Change, formatRow, formatSigned, NONE, unitOf } from './format.js';
import { valueAt } from './metric-value.js';
import { controlOf } from './settings.js';

/** Two runs side by side as Markdown. It shows and does not judge: a verdict takes a baseline. */
export function renderComparison(a: RunRecord, b: RunRecord): string {
  const names = [...new Set([...a.scenarios, ...b.scenarios].map(({ name }) => name))];
  const blocks = [
    `# ${a.runId} and ${b.runId}`,
    ...caveats(a, b),
    ...names.flatMap((name) => scenarioBlocks(name, scenarioOf(a, name), scenarioOf(b, name))),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const EXPLANATION =
  'The last column sets each timing against the control arm of its own run, which is all that is comparable between days.';

function caveats(a: RunRecord, b: RunRecord): string[] {
  const found = [
    ...(a.environment.fingerprint === b.environment.fingerprint ? [] : ['the machines differ']),
    ...(a.metricVersion === b.metricVersion ? [] : ['the metrics are defined differently']),
    ...(a.verdict === 'invalid' || b.verdict === 'invalid' ? ['a run is invalid: its counts do not add up'] : []),
  ];
  return [EXPLANATION, ...(found.length > 0 ? [found.map((caveat) => `- ${caveat}`).join('\n')] : [])];
}

function scenarioBlocks(name: string, a: ScenarioRecord | undefined, b: ScenarioRecord | undefined): string[] {
  if (!a || !b) return [`## ${name}`, `only in the ${a ? 'first' : 'second'} run`];
  const changed = a.hash === b.hash ? [] : [`The scenario changed between the runs (hash ${a.hash}, ${b.hash}).`];
  const arms = Object.keys(a.arms).filter((arm) => arm in b.arms);
  return [`## ${name}`, ...changed, ...arms.flatMap((arm) => armBlocks(arm, a, b))];
}

const SHOWN = metricPaths().filter((path) => !/\.(?:p90|max)$/.test(path));

function armBlocks(arm: string, a: ScenarioRecord, b: ScenarioRecord): string[] {
  const rows = SHOWN.flatMap((path) => row(path, arm, a, b));
  const head = ['| metric | first | second | change | change against control |', '| --- | --- | --- | --- | --- |'];
  return rows.length > 0 ? [`### ${arm}`, [...head, ...rows].join('\n')] : [];
}

function row(path: MetricPath, arm: string, a: ScenarioRecord, b: ScenarioRecord): string[] {
  const first = armValue(a, arm, path);
  const second = armValue(b, arm, path);
  if (first === undefined && second === undefined) return [];
  const cells = [
    ...formatRow(unitOf(path), [first, second]),
    change(path, first, second),
    againstControl(path, arm, a, b),
  ];
  return [`| ${[path, ...cells].join(' | ')} |`];
}

function change(path: MetricPath, first: number | undefined, second: number | undefined): string {
  if (first === undefined || second === undefined) return NONE;
  const kind = CHANGES[unitOf(path)] ?? 'share';
  if (kind !== 'share') return formatSigned(second - first, kind);
  return first > 0 ? formatSigned(second / first - 1, kind) : NONE;
}

function againstControl(path: MetricPath, arm: string, a: ScenarioRecord, b: ScenarioRecord): string {
  if (!isTiming(path) || a.arms[arm]?.role === 'control') return '';
  const [first, second] = [a, b].map((scenario) => {
    const own = armValue(scenario, arm, path);
    const control = armValue(scenario, controlOf(scenario) ?? '', path);
    return own !== undefined && control !== undefined && control > 0 ? own / control : undefined;
  });
  return first !== undefined && second !== undefined && first > 0 ? formatSigned(second / first - 1, 'share') : NONE;
}

const CHANGES: Readonly<Record<string, Change>> = {
  count: 'count',
  messages: 'count',
  waiters: 'count',
  rate: 'points',
};
const TIMING = new Set(['ms', 'us', 'ns', '1/s']);

function isTiming(path: MetricPath): boolean {
  return TIMING.has(unitOf(path));
}

function armValue(scenario: ScenarioRecord, arm: string, path: MetricPath): number | undefined {
  const metrics = scenario.arms[arm]?.metrics;
  return metrics && valueAt(metrics, path);
}

function scenarioOf(record: RunRecord, name: string): ScenarioRecord | undefined {
  return record.scenarios.find((scenario) => scenario.name === name);
}
