import { metricAt } from '../metrics/index.js';
import type { BaselineRow, FaultRow, RunRecord, ScenarioRecord, TargetRow, WitnessCheck } from '../record/index.js';
import {
  type Change,
  formatInterval,
  formatPlain,
  formatRow,
  formatSigned,
  plural,
  unitOf,
  type Value,
} from './format.js';
import { groupBy } from './group.js';
import { againstOf, isExplained } from './settings.js';

/** A target as it is shown. */
export interface TargetLine {
  readonly verdict: TargetRow['verdict'];
  readonly title: string;
  readonly value: string;
  readonly interval: string;
  readonly rule: string;
  readonly reason: string;
}

export function targetLines(scenario: ScenarioRecord): TargetLine[] {
  return scenario.targets.map((target) => targetLine(scenario, target));
}

export function targetLine(scenario: ScenarioRecord, target: TargetRow): TargetLine {
  const values = [target.value, target.interval?.[0], target.interval?.[1]];
  // A ratio or a difference of two arms is not in the metric's unit.
  const relative = againstOf(scenario, target) !== undefined;
  const [value = '', low = '', high = ''] = relative ? formatPlain(values) : formatRow(unitOf(target.metric), values);
  return {
    verdict: target.verdict,
    title: target.byConstruction ? `${target.title} *` : target.title,
    value,
    interval: formatInterval(low, high),
    rule: target.rule,
    reason: reasonBeside(scenario, target),
  };
}

// What is explained at length is not told again beside its figures.
function reasonBeside(scenario: ScenarioRecord, row: TargetRow | BaselineRow): string {
  return row.verdict === 'pass' || isExplained(scenario, row) ? '' : row.reason;
}

/** A baseline row as it is shown. */
export interface BaselineLine {
  readonly verdict: string;
  readonly what: string;
  readonly stored: string;
  readonly measured: string;
  readonly change: string;
  readonly reason: string;
}

/** What a reader must see (failures, open questions, improvements), and one sentence on each kind of the rest. */
export interface BaselineSummary {
  readonly lines: readonly BaselineLine[];
  readonly rest: readonly string[];
}

export function baselineSummary(scenario: ScenarioRecord): BaselineSummary {
  const better = scenario.baselines.filter((row) => !needsEyes(row) && improved(row));
  const most = new Set(mostImproved(better));
  const shown = scenario.baselines.filter((row) => needsEyes(row) || most.has(row));
  const others = better.filter((row) => !most.has(row));
  const hidden = scenario.baselines.filter((row) => !shown.includes(row) && !others.includes(row));
  return { lines: shown.map((row) => baselineLine(scenario, row)), rest: [...alsoBetter(others), ...restOf(hidden)] };
}

/** The few improvements of each baseline that say most; the others follow in one line. */
const IMPROVEMENTS_SHOWN = 2;

function mostImproved(rows: readonly BaselineRow[]): BaselineRow[] {
  const distance = ({ change }: BaselineRow): number => Math.abs(Math.log(Math.max(1e-9, 1 + (change ?? 0))));
  return groupBy(rows, ({ name }) => name).flatMap(([, own]) =>
    own.toSorted((a, b) => distance(b) - distance(a)).slice(0, IMPROVEMENTS_SHOWN),
  );
}

function alsoBetter(rows: readonly BaselineRow[]): string[] {
  return groupBy(rows, ({ name, arm }) => `${name}: ${arm}`).map(
    ([whose, same]) => `also better, ${whose} ${same.map(changeOf).join(', ')}`,
  );
}

function needsEyes({ verdict }: BaselineRow): boolean {
  return verdict === 'fail' || verdict === 'inconclusive';
}

function improved({ verdict, metric, change, interval }: BaselineRow): boolean {
  const better = metricAt(metric)?.definition.better;
  if (verdict !== 'pass' || change === null || better === undefined || better === 'neither') return false;
  const [low, high] = interval ?? [change, change];
  return better === 'lower' ? high < 0 : low > 0;
}

function baselineLine(scenario: ScenarioRecord, row: BaselineRow): BaselineLine {
  const { stored, measured, change, bounds } = baselineFigures(row);
  const label = improved(row) ? 'better' : row.verdict;
  return {
    verdict: row.advisory ? `(${label})` : label,
    what: `${row.name}: ${row.arm} ${row.metric}`,
    stored,
    measured,
    change: bounds === '' ? change : `${change} (${bounds})`,
    reason: reasonBeside(scenario, row),
  };
}

/** The figures of a baseline row as they are shown; `bounds` is empty where there is no interval. */
export interface BaselineFigures {
  readonly stored: string;
  readonly measured: string;
  readonly change: string;
  readonly bounds: string;
}

export function baselineFigures(row: BaselineRow): BaselineFigures {
  const values: readonly Value[] = [row.stored, row.measured];
  const [stored = '', measured = ''] = isRatio(row) ? formatPlain(values) : formatRow(unitOf(row.metric), values);
  const kind = changeKind(row);
  const [low = '', high = ''] = (row.interval ?? []).map((bound) => formatSigned(bound, kind));
  return {
    stored,
    measured,
    change: formatSigned(row.change, kind),
    bounds: row.interval ? formatInterval(low, high) : '',
  };
}

function restOf(rows: readonly BaselineRow[]): string[] {
  const holding = rows.filter(({ verdict }) => verdict === 'pass');
  const skipped = rows.filter(({ verdict }) => verdict === 'notEvaluated');
  const shownOnly = groupBy(
    skipped.filter(({ change }) => change !== null),
    ({ name, arm }) => `${name}: ${arm}`,
  );
  const unknown = groupBy(
    skipped.filter(({ change }) => change === null),
    ({ name, reason }) => `${name}: ${reason}`,
  );
  return [
    ...(holding.length > 0 ? [`${plural(holding.length, 'other row')} unchanged (${countsByName(holding)})`] : []),
    ...shownOnly.map(([whose, same]) => `shown only, ${whose} ${same.map(changeOf).join(', ')}`),
    ...unknown.map(([reason, same]) => `${plural(same.length, 'row')} not evaluated, ${reason}`),
  ];
}

function changeOf(row: BaselineRow): string {
  return `${row.metric} ${formatSigned(row.change, changeKind(row))}`;
}

/** Whether the row is about a ratio to the control arm, which changes by a share of itself, or about an exact count. */
export function isRatio({ metric, interval, advisory, verdict }: BaselineRow): boolean {
  if (interval !== null || (advisory && verdict === 'notEvaluated')) return true;
  return !['count', 'messages', 'rate'].includes(unitOf(metric));
}

function changeKind(row: BaselineRow): Change {
  if (isRatio(row)) return 'share';
  return unitOf(row.metric) === 'rate' ? 'points' : 'count';
}

function countsByName(rows: readonly BaselineRow[]): string {
  return groupBy(rows, ({ name }) => name)
    .map(([name, same]) => `${name} ${same.length}`)
    .join(', ');
}

/** What the two witnesses say: one line when they agree, otherwise each identity that does not hold. */
export function witnessLines(record: RunRecord): string[] {
  const checks = record.scenarios.flatMap(({ name, witness }) =>
    witness.checks.map((check) => ({ scenario: name, check })),
  );
  if (checks.length === 0) return ['no check was made'];
  const broken = checks.filter(({ check }) => !check.agree);
  if (broken.length === 0) return [`client and exchange agree on all ${plural(checks.length, 'check')}`];
  return [
    `${broken.length} of ${plural(checks.length, 'check')} do not add up:`,
    ...broken.map(({ scenario, check }) => `  ${scenario}, ${check.arm}, ${check.id}: ${witnessTerms(check)}`),
  ];
}

/** Both counts of a check and what is left between them. */
export function witnessTerms({ client, exchange, remainder, identity }: WitnessCheck): string {
  return `client ${client}, exchange ${exchange}, unexplained ${remainder} (${identity})`;
}

/** How one arm lived through the faults. */
export interface FaultSummary {
  readonly arm: string;
  readonly felt: string;
  readonly detect: string;
  readonly recover: string;
  readonly missed: string;
}

/** One line an arm; a miss counts with the whole length of its fault, as in `failoverMs`. */
export function faultSummaries(faults: readonly FaultRow[]): FaultSummary[] {
  return groupBy(faults, ({ arm }) => arm).map(([arm, rows]) => {
    const felt = rows.filter((row) => row.felt);
    const detected = felt.map(({ detectedMs }) => detectedMs).filter((ms) => ms !== null);
    const recovered = felt.map(({ recoveredMs, durationMs }) => recoveredMs ?? durationMs);
    return {
      arm,
      felt: `${felt.length} of ${rows.length}`,
      detect: medianAndMax(detected),
      recover: medianAndMax(recovered),
      missed: String(felt.filter(({ recoveredMs }) => recoveredMs === null).length),
    };
  });
}

function medianAndMax(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  const above = sorted[Math.ceil((sorted.length - 1) / 2)];
  const median = middle === undefined || above === undefined ? null : (middle + above) / 2;
  return formatRow('ms', [median, sorted.at(-1)]).join(' / ');
}
