import { Chalk, type ChalkInstance } from 'chalk';
import type { Environment, Finding, Severity } from '../record/index.js';
import { plural } from './format.js';
import { wrapped } from './wrapped.js';

export interface FindingOptions {
  readonly colour: boolean;
  /** Width of the terminal; at least 80 are used, at most 120. */
  readonly columns: number;
}

const ORDER: readonly Severity[] = ['bad', 'warn', 'note', 'ok'];
const SEVERITY_COLUMNS = 6;
const ID_COLUMNS = 20;

/** What `doctor` says, for a terminal: the gravest first, each with what it does and what to do about it. */
export function renderFindings(environment: Environment, { colour, columns }: FindingOptions): string {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const width = Math.min(120, Math.max(80, columns));
  const { cpu, cores, os, memoryMb, node, findings = [] } = environment;
  const machine = [`${cpu}, ${plural(cores, 'core')}, ${memoryMb} MB`, os, `Node ${node}`].join(' · ');
  const groups = ORDER.map((severity) => findings.filter((one) => one.severity === severity));
  const sections = [
    [...wrapped(machine, width), ...wrapped(summary(findings), width)],
    ...groups.map((group) => group.flatMap((one) => findingLines(one, chalk, width))),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function findingLines(finding: Finding, chalk: ChalkInstance, columns: number): string[] {
  const { severity, id, measured, effect, remedy } = finding;
  const indent = SEVERITY_COLUMNS + ID_COLUMNS;
  const [first = '', ...rest] = wrapped(broken(measured, columns - indent), columns - indent);
  const head = `${paint(chalk, severity)}${id.padEnd(ID_COLUMNS)}${first}`;
  const hanging = (lines: readonly string[], by: number): string[] => lines.map((line) => `${' '.repeat(by)}${line}`);
  const shown = [head, ...hanging(rest, indent)];
  // Four that cannot tell would say the same four times.
  if (severity === 'ok' || isUnknown(finding)) return shown;
  const room = columns - SEVERITY_COLUMNS;
  return [
    ...shown,
    ...hanging(wrapped(effect, room), SEVERITY_COLUMNS).map((line) => chalk.dim(line)),
    ...hanging(wrapped(`→ ${remedy}`, room), SEVERITY_COLUMNS),
  ];
}

// A path may be longer than a line.
function broken(text: string, columns: number): string {
  return text
    .split(' ')
    .flatMap((word) => word.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])
    .join(' ');
}

/** `1 bad, 2 warn, 3 note (1 cannot tell), 20 ok: …`, and what that means for a measurement. */
function summary(findings: readonly Finding[]): string {
  const counts = ORDER.flatMap((severity) => {
    const group = findings.filter((one) => one.severity === severity);
    const unknown = group.filter(isUnknown).length;
    const silent = unknown > 0 ? ` (${unknown} cannot tell)` : '';
    return group.length > 0 ? [`${group.length} ${severity}${silent}`] : [];
  });
  const worst = ORDER.find((severity) => findings.some((one) => one.severity === severity)) ?? 'ok';
  return `${counts.join(', ')}: ${MEANING[worst]}`;
}

const MEANING: Readonly<Record<Severity, string>> = {
  bad: 'what is measured here now will be wrong.',
  warn: 'expect more noise, and more INCONCLUSIVE.',
  note: 'nothing found that spoils a measurement, as far as this machine tells.',
  ok: 'nothing found that disturbs a measurement.',
};

/** What of the findings a report shows beside the figures: all that disturbed, a line each. */
export function disturbances({ findings = [] }: Environment): string[] {
  return graveOf(findings).map(
    ({ severity, id, measured, effect, remedy }) => `${severity}, ${id}: ${measured}. ${upper(effect)}. → ${remedy}`,
  );
}

/** The same in at most one line, by name. */
export function disturbanceNote({ findings = [] }: Environment): string[] {
  const names = graveOf(findings).map(({ id, severity }) => `${id} (${severity})`);
  return names.length > 0 ? [`machine: ${names.join(', ')}; report.md says more`] : [];
}

function graveOf(findings: readonly Finding[]): Finding[] {
  return ORDER.slice(0, 2).flatMap((severity) => findings.filter((one) => one.severity === severity));
}

function upper(sentence: string): string {
  return `${sentence[0]?.toUpperCase() ?? ''}${sentence.slice(1)}`;
}

function isUnknown({ measured }: Finding): boolean {
  return measured.startsWith('cannot tell');
}

function paint(chalk: ChalkInstance, severity: Severity): string {
  const text = severity.padEnd(SEVERITY_COLUMNS);
  if (severity === 'bad') return chalk.red(text);
  if (severity === 'warn') return chalk.yellow(text);
  return severity === 'ok' ? chalk.green(text) : text;
}
