import { metricPaths, type MetricPath } from '../metrics/index.js';
import type { ArmRecord, RunRecord, ScenarioRecord } from '../record/index.js';
import { explanationMarkdown } from './explanation-markdown.js';
import { explanationsOf } from './explanations.js';
import { disturbances } from './findings.js';
import { formatRow, unitOf } from './format.js';
import { headline, machineLine, runLine } from './headline.js';
import { valueAt } from './metric-value.js';
import { baselineSummary, faultSummaries, targetLines, witnessLines } from './rows.js';

/** The whole report of a run as Markdown, in the order of the terminal's, with every metric of every arm. */
export function renderMarkdown(record: RunRecord): string {
  const explanations = explanationsOf(record).map(explanationMarkdown);
  const blocks = [
    ...openingBlocks(record),
    ...(explanations.length > 0 ? ['## What to look at', ...explanations] : []),
    ...record.scenarios.flatMap((scenario) => [...verdictBlocks(scenario), ...metricBlocks(scenario)]),
    ...closingBlocks(record),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The verdict, and which run of which machine it is. */
export function openingBlocks(record: RunRecord): string[] {
  const { word, words } = headline(record);
  return [
    `# ${word}`,
    `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`,
    list([runLine(record), `started ${record.startedAt}`, machineLine(record), ...overrides(record)]),
  ];
}

/** What was judged in a scenario: its targets, its rows against baselines, its faults; and what to know of it. */
export function verdictBlocks(scenario: ScenarioRecord): string[] {
  return [
    `## ${scenario.name}: ${scenario.verdict}`,
    `${scenario.question}\n(${scenario.source}, hash ${scenario.hash})`,
    ...targetBlocks(scenario),
    ...baselineBlocks(scenario),
    ...faultBlocks(scenario),
    ...warningBlocks('### Warnings', scenario.warnings),
  ];
}

/** What both witnesses say, what else to know, and the command that repeats the run. */
export function closingBlocks(record: RunRecord): string[] {
  return [
    '## Witnesses',
    list(witnessLines(record).map((line) => line.trim())),
    ...warningBlocks('## Machine', disturbances(record.environment)),
    ...warningBlocks('## Warnings', record.warnings),
    '## Repeat',
    `\`\`\`sh\n${record.command}\n\`\`\``,
  ];
}

function targetBlocks(scenario: ScenarioRecord): string[] {
  const lines = targetLines(scenario);
  if (lines.length === 0) return [];
  const rows = lines.map(({ verdict, title, value, interval, rule, reason }) => [
    verdict,
    title,
    value,
    interval,
    rule,
    reason,
  ]);
  const starred = lines.some(({ title }) => title.endsWith('*'));
  return [
    '### Targets',
    table(['verdict', 'target', 'value', 'interval', 'rule', 'why'], rows),
    ...(starred ? ['\\* by construction: true of any client of this design'] : []),
  ];
}

function baselineBlocks(scenario: ScenarioRecord): string[] {
  const { lines, rest } = baselineSummary(scenario);
  if (lines.length + rest.length === 0) return [];
  const rows = lines.map(({ verdict, what, stored, measured, change, reason }) => [
    verdict,
    what,
    stored,
    measured,
    change,
    reason,
  ]);
  return [
    '### Against baselines',
    ...(rows.length > 0 ? [table(['verdict', 'row', 'stored', 'measured', 'change', 'why'], rows)] : []),
    ...(rest.length > 0 ? [list(rest)] : []),
  ];
}

function faultBlocks({ faults }: ScenarioRecord): string[] {
  const rows = faultSummaries(faults).map(({ arm, felt, detect, recover, missed }) => [
    arm,
    felt,
    detect,
    recover,
    missed,
  ]);
  if (rows.length === 0) return [];
  return ['### Faults', table(['arm', 'felt', 'detected: median / max', 'recovered: median / max', 'missed'], rows)];
}

/** Every metric of every arm. */
export function metricBlocks({ arms }: ScenarioRecord): string[] {
  const names = Object.keys(arms);
  const rows = metricPaths()
    .filter((path) => Object.values(arms).some((arm) => valueAt(arm.metrics, path) !== undefined))
    .map((path) => metricRow(path, Object.values(arms)));
  if (rows.length === 0) return [];
  const heads = names.map((name) => `${name} (${arms[name]?.role ?? ''})`);
  return ['### Metrics', table(['metric', ...heads], rows)];
}

function metricRow(path: MetricPath, arms: readonly ArmRecord[]): string[] {
  return [
    path,
    ...formatRow(
      unitOf(path),
      arms.map((arm) => valueAt(arm.metrics, path)),
    ),
  ];
}

function overrides(record: RunRecord): string[] {
  return Object.entries(record.overrides).map(([path, value]) => `set ${path}=${value}`);
}

function warningBlocks(title: string, warnings: readonly string[]): string[] {
  return warnings.length > 0 ? [title, list(warnings)] : [];
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), `|${' --- |'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}
