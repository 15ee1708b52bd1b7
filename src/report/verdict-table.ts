import { Chalk, type ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import type { RunRecord, ScenarioRecord } from '../record/index.js';
import { explanationLines, explanationTitle } from './explanation-lines.js';
import { explanationsOf } from './explanations.js';
import { plural } from './format.js';
import { disturbanceNote } from './findings.js';
import { headline, machineLine, runLine } from './headline.js';
import { baselineSummary, faultSummaries, targetLines, witnessLines } from './rows.js';

export interface TableOptions {
  readonly colour: boolean;
  /** Width of the terminal; at least 80 are used, at most 120. */
  readonly columns: number;
  /** Where the record is; left out when it was not written. */
  readonly file?: string;
}

interface Style {
  readonly chalk: ChalkInstance;
  readonly columns: number;
}

/** The run's verdict and its reasons, for a terminal. */
export function renderVerdictTable(record: RunRecord, options: TableOptions): string {
  const style: Style = {
    chalk: new Chalk({ level: options.colour ? 1 : 0 }),
    columns: Math.min(120, Math.max(80, options.columns)),
  };
  const { word, words } = headline(record);
  const sections = [
    [runLine(record), machineLine(record), `${paint(style, record.verdict, word)}: ${words}`],
    section(style, 'What to look at', explained(record, style)),
    section(
      style,
      'Targets',
      record.scenarios.flatMap((scenario) => targets(scenario, style)),
    ),
    section(
      style,
      'Against baselines',
      record.scenarios.flatMap((scenario) => baselines(scenario, style)),
    ),
    section(
      style,
      'Faults',
      record.scenarios.flatMap((scenario) => faults(scenario, style)),
    ),
    section(style, 'Witnesses', witnessLines(record)),
    section(style, 'Warnings', warnings(record)),
    footer(record, options.file),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function section({ chalk }: Style, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [chalk.bold(title), ...lines];
}

/** More than these push the verdict itself off the screen; the report has all of them. */
const EXPLAINED = 12;

function explained(record: RunRecord, style: Style): string[] {
  const all = explanationsOf(record);
  const rest = all.length - EXPLAINED;
  const lines = all.slice(0, EXPLAINED).map((one) => {
    const title = `${paint(style, one.verdict, one.verdict)} ${explanationTitle(one)}`;
    return [title, ...explanationLines(one, style.columns)].join('\n');
  });
  return rest > 0 ? [...lines, `and ${plural(rest, 'further row')}: report.md has all of them`] : lines;
}

function targets(scenario: ScenarioRecord, style: Style): string[] {
  const lines = targetLines(scenario);
  if (lines.length === 0) return [];
  const table = plainTable([12, style.columns - 59, 10, 17, 16]);
  table.push(heads(style, ['', scenario.name, 'value', 'interval', 'rule']));
  for (const { verdict, title, value, interval, rule, reason } of lines) {
    table.push([paint(style, verdict, verdict), title, right(value), right(interval), rule]);
    if (reason !== '') table.push(['', { colSpan: 4, content: style.chalk.dim(reason) }]);
  }
  const starred = lines.some(({ title }) => title.endsWith('*'));
  return [
    trimmed(table),
    ...(starred ? [style.chalk.dim('* by construction: true of any client of this design')] : []),
  ];
}

function baselines(scenario: ScenarioRecord, style: Style): string[] {
  const { lines, rest } = baselineSummary(scenario);
  const notes = rest.map((note) => style.chalk.dim(`${scenario.name}: ${note}`));
  if (lines.length === 0) return notes;
  const table = plainTable([14, style.columns - 58, 17, 24]);
  table.push(heads(style, ['', scenario.name, 'stored → now', 'change']));
  for (const { verdict, what, stored, measured, change, reason } of lines) {
    table.push([paint(style, verdict, verdict), what, right(`${stored} → ${measured}`), change]);
    if (reason !== '') table.push(['', { colSpan: 3, content: style.chalk.dim(reason) }]);
  }
  return [trimmed(table), ...notes];
}

function faults(scenario: ScenarioRecord, style: Style): string[] {
  const summaries = faultSummaries(scenario.faults);
  if (summaries.length === 0) return [];
  const table = plainTable([style.columns - 68, 9, 23, 23, 9]);
  table.push(heads(style, [scenario.name, 'felt', 'detected: median / max', 'recovered: median / max', 'missed']));
  for (const { arm, felt, detect, recover, missed } of summaries)
    table.push([arm, right(felt), right(detect), right(recover), right(missed)]);
  return [trimmed(table)];
}

function warnings(record: RunRecord): string[] {
  const own = record.warnings.map((warning) => `- ${warning}`);
  const theirs = record.scenarios.flatMap(({ name, warnings }) => warnings.map((warning) => `- ${name}: ${warning}`));
  return [...disturbanceNote(record.environment).map((note) => `- ${note}`), ...own, ...theirs];
}

function footer(record: RunRecord, file: string | undefined): string[] {
  return [...(file === undefined ? [] : [`Record: ${file}`]), `Repeat: ${record.command}`];
}

const NOTHING = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', mid: '' };
const BARE = {
  ...NOTHING,
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
};

function plainTable(colWidths: number[]): Table.Table {
  return new Table({
    chars: BARE,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths,
    wordWrap: true,
  });
}

function heads({ chalk }: Style, names: readonly string[]): string[] {
  return names.map((name) => chalk.underline(name));
}

function right(content: string): Table.Cell {
  return { content, hAlign: 'right' };
}

function trimmed(table: Table.Table): string {
  return table.toString().replaceAll(/ +$/gm, '');
}

const COLOURS: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  pass: 'green',
  better: 'green',
  '(better)': 'green',
  fail: 'red',
  invalid: 'red',
  inconclusive: 'yellow',
  contaminated: 'yellow',
  partial: 'yellow',
  empty: 'yellow',
};

function paint({ chalk }: Style, verdict: string, text: string): string {
  const colour = COLOURS[verdict];
  return colour ? chalk[colour](text) : text;
}
