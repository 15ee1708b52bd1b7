import { percent, SHOWN_CONFIDENCE } from '../gate/index.js';
import type { BaselineRow, RunRecord, ScenarioRecord, TargetRow } from '../record/index.js';
import { formatDuration, plural } from './format.js';
import { baselineFigures, isRatio, targetLine, witnessTerms } from './rows.js';
import { againstOf, compareOf, controlOf, gateOf, takesPartInAll } from './settings.js';

/** What one thing that decided the run rests on, and the command that shows it again or settles it. */
export interface Explanation {
  readonly verdict: 'invalid' | 'fail' | 'contaminated' | 'partial' | 'empty' | 'inconclusive';
  /** Null for what concerns the whole run. */
  readonly scenario: string | null;
  readonly title: string;
  /** What was compared, what came out, what was asked for, why that is the verdict, and what it takes to settle it. */
  readonly facts: readonly Fact[];
  /** One line for a shell. */
  readonly command: string;
  /** Whether the command repeats what was measured, or measures as much as is expected to decide it. */
  readonly commandFor: 'repeat' | 'settle';
}

export interface Fact {
  readonly label: 'compared' | 'measured' | 'limit' | 'why' | 'takes';
  readonly text: string;
}

/** A target that failed or stayed open. */
export function explainTarget(run: RunRecord, scenario: ScenarioRecord, target: TargetRow): Explanation {
  const { value, interval } = targetLine(scenario, target);
  const against = againstOf(scenario, target);
  const compare = compareOf(scenario, target);
  const replicated = plural(target.n, against === undefined ? 'launch' : 'pair');
  const times = compare === 'ratio' ? ` × ${against}` : '';
  const bounds = target.interval === null ? `no ${SHOWN} interval from so few` : `${SHOWN} interval ${interval}`;
  return {
    ...asked(run, scenario, target.verdict === 'fail' ? 'fail' : 'inconclusive'),
    title: target.title,
    facts: [
      {
        label: 'compared',
        text: `${target.metric} of ${target.arm}${against === undefined ? '' : ` with ${against}`}, ${replicated}, seed ${run.seed}`,
      },
      { label: 'measured', text: compare === 'maximum' ? `${value}, the largest` : `${value}${times}, ${bounds}` },
      { label: 'limit', text: target.rule },
      { label: 'why', text: target.reason },
      ...whatItTakes(scenario, target),
    ],
    ...settleCommand(run, scenario, target),
  };
}

// An arm with a number of launches of its own has no more of them in a run of more pairs.
function settleCommand(
  run: RunRecord,
  scenario: ScenarioRecord,
  { arm, pairsToSettle }: TargetRow,
): Partial<Pick<Explanation, 'command' | 'commandFor'>> {
  if (pairsToSettle === undefined || !takesPartInAll(scenario, arm)) return {};
  const command = commandOf(run, scenario).replaceAll(/ --set sampling\.pairs=\S+/g, '');
  return { command: `${command} --set sampling.pairs=${pairsToSettle}`, commandFor: 'settle' };
}

function whatItTakes({ durationMs, arms }: ScenarioRecord, { arm, pairsToSettle }: TargetRow): Fact[] {
  const launches = arms[arm]?.launches ?? 0;
  if (pairsToSettle === undefined || durationMs === undefined || launches === 0) return [];
  const time = formatDuration((durationMs * pairsToSettle) / launches);
  return [{ label: 'takes', text: `${plural(pairsToSettle, 'pair')} in all, about ${time}` }];
}

/** A row against a baseline that failed or stayed open. */
export function explainBaseline(run: RunRecord, scenario: ScenarioRecord, row: BaselineRow): Explanation {
  const { stored, measured, change, bounds } = baselineFigures(row);
  const basis = isRatio(row) ? ratioBasis(scenario, row) : countBasis(scenario, row);
  return {
    ...asked(run, scenario, row.verdict === 'fail' ? 'fail' : 'inconclusive'),
    title: `${row.metric} against ${row.name}`,
    facts: [
      { label: 'compared', text: `${basis.compared}, now and as stored in ${row.name}, seed ${run.seed}` },
      {
        label: 'measured',
        text: `${measured} where ${stored} is stored: ${change}${bounds === '' ? '' : `, ${SHOWN} interval ${bounds}`}`,
      },
      { label: 'limit', text: basis.limit },
      { label: 'why', text: row.reason },
    ],
  };
}

interface Basis {
  readonly compared: string;
  readonly limit: string;
}

function ratioBasis(scenario: ScenarioRecord, row: BaselineRow): Basis {
  const { arm, metric } = row;
  const pairs = scenario.pairs.filter((pair) => pair.arm === arm && pair.metric === metric);
  const gate = gateOf(scenario, row);
  return {
    compared: `${metric} of ${arm} ÷ ${controlOf(scenario) ?? '?'}, ${plural(pairs.length, 'pair')}`,
    limit: gate ? `margin ${percent(gate.margin)}, dead zone ${percent(gate.deadZone)}` : 'the scenario sets none',
  };
}

function countBasis(scenario: ScenarioRecord, { arm, metric }: BaselineRow): Basis {
  return {
    compared: `${metric} of ${arm}, ${plural(scenario.arms[arm]?.launches ?? 0, 'launch')}`,
    limit: 'exact: equal, or different in the better direction',
  };
}

/** The identities of a scenario that do not hold. */
export function explainWitness(run: RunRecord, scenario: ScenarioRecord): Explanation {
  const { checks } = scenario.witness;
  const broken = checks.filter(({ agree }) => !agree);
  return {
    ...asked(run, scenario, 'invalid'),
    title: 'client and exchange counted differently',
    facts: [
      { label: 'compared', text: `${plural(checks.length, 'count')} of client and exchange, seed ${run.seed}` },
      ...broken.map((check) => ({
        label: 'measured' as const,
        text: `${check.arm}, ${check.id}: ${witnessTerms(check)}`,
      })),
      { label: 'limit', text: 'nothing may be left unexplained' },
      {
        label: 'why',
        text: `${broken.length} of ${plural(checks.length, 'check')} do not add up; nothing else counts.`,
      },
    ],
  };
}

/** A scenario that could not be judged as a whole. */
export function explainScenario(
  run: RunRecord,
  scenario: ScenarioRecord,
  verdict: 'contaminated' | 'partial',
): Explanation {
  const why =
    verdict === 'partial'
      ? ['It was stopped before its end; nothing is judged.']
      : ['The machine was disturbed while measuring; the timings say nothing about the code.', ...scenario.warnings];
  return {
    ...asked(run, scenario, verdict),
    title: verdict === 'partial' ? 'stopped before its end' : 'the machine was disturbed',
    facts: [{ label: 'why', text: why.join(' ') }],
  };
}

const SHOWN = percent(SHOWN_CONFIDENCE);

function asked(
  run: RunRecord,
  scenario: ScenarioRecord,
  verdict: Explanation['verdict'],
): Pick<Explanation, 'verdict' | 'scenario' | 'command' | 'commandFor'> {
  return { verdict, scenario: scenario.name, command: commandOf(run, scenario), commandFor: 'repeat' };
}

// That of the whole run where the record is older than the scenario's own.
function commandOf(run: RunRecord, scenario: ScenarioRecord): string {
  return `npx ${scenario.command ?? run.command}`;
}
