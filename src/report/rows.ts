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
  return scenario.targets.map((target) => {
    const values = [target.value, target.interval?.[0], target.interval?.[1]];
    const relative = isRelative(scenario, target);
    const [value = '', low = '', high = ''] = relative ? formatPlain(values) : formatRow(unitOf(target.metric), values);
    return {
      verdict: target.verdict,
      title: target.byConstruction ? `${target.title} *` : target.title,
      value,
      interval: formatInterval(low, high),
      rule: target.rule,
      reason: target.verdict === 'pass' ? '' : target.reason,
    };
  });
}

// A ratio or a difference of two arms is not in the metric's unit.
function isRelative(
  { resolved }: ScenarioRecord,
  { id, metric }: { readonly id: string; readonly metric: string },
): boolean {
  const { targets } = resolved as { targets?: readonly { id: string; compare: string }[] };
  const compare = targets?.find((target) => target.id === id)?.compare;
  // A row that no target has is a gate between two arms: of a timing it shows the ratio, of a count the count.
  if (compare === undefined) return !['count', 'messages'].includes(unitOf(metric));
  return compare === 'ratio' || compare === 'difference';
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
  return { lines: shown.map(baselineLine), rest: [...alsoBetter(others), ...restOf(hidden)] };
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

function baselineLine(row: BaselineRow): BaselineLine {
  const ratio = isRatio(row);
  const format = (values: readonly Value[]): string[] =>
    ratio ? formatPlain(values) : formatRow(unitOf(row.metric), values);
  const [stored = '', measured = ''] = format([row.stored, row.measured]);
  const kind = changeKind(row);
  const [low = '', high = ''] = (row.interval ?? []).map((bound) => formatSigned(bound, kind));
  const bounds = row.interval ? ` (${formatInterval(low, high)})` : '';
  const label = improved(row) ? 'better' : row.verdict;
  return {
    verdict: row.advisory ? `(${label})` : label,
    what: `${row.name}: ${row.arm} ${row.metric}`,
    stored,
    measured,
    change: `${formatSigned(row.change, kind)}${bounds}`,
    reason: row.verdict === 'pass' ? '' : row.reason,
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

// A ratio to the control arm changes by a share of itself, an exact count by a difference.
function isRatio({ metric, interval, advisory, verdict }: BaselineRow): boolean {
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
    ...broken.map(({ scenario, check }) => `  ${scenario}, ${check.arm}, ${check.id}: ${terms(check)}`),
  ];
}

function terms({ client, exchange, remainder, identity }: WitnessCheck): string {
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
