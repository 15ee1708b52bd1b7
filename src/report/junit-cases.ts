import type { BaselineRow, RunRecord, ScenarioRecord, TargetRow } from '../record/index.js';
import { type Explanation, explainBaseline, explainScenario, explainTarget, explainWitness } from './explanation.js';
import { explanationLines } from './explanation-lines.js';
import { explanationsOf } from './explanations.js';
import { isRatio } from './rows.js';

/** One thing that could have failed the run. */
export interface JUnitCase {
  readonly suite: string;
  readonly name: string;
  /** Null when it held. */
  readonly outcome: JUnitOutcome | null;
}

export interface JUnitOutcome {
  readonly element: 'failure' | 'error' | 'skipped';
  /** The verdict behind it. */
  readonly type: string;
  /** One line. */
  readonly message: string;
  readonly text: string;
}

/** The cases of a scenario: its witnesses, its targets, and its rows against baselines that gate. */
export function casesOfScenario(run: RunRecord, scenario: ScenarioRecord): JUnitCase[] {
  const { name: suite, verdict } = scenario;
  if (verdict === 'partial') {
    return [{ suite, name: 'came to its end', outcome: outcomeOf(explainScenario(run, scenario, verdict)) }];
  }
  const witnesses = verdict === 'invalid' ? outcomeOf(explainWitness(run, scenario)) : null;
  const disturbed = verdict === 'contaminated' ? [outcomeOf(explainScenario(run, scenario, verdict))] : [];
  const untrusted = disturbed[0] ?? witnesses;
  return [
    { suite, name: 'client and exchange agree', outcome: witnesses },
    ...disturbed.map((outcome) => ({ suite, name: 'the machine was left alone', outcome })),
    ...scenario.targets.map((row) => ({
      suite,
      name: `target ${row.id}: ${row.title}`,
      outcome: untrusted ? unjudged(untrusted) : rowOutcome(row, () => explainTarget(run, scenario, row)),
    })),
    ...scenario.baselines
      .filter(({ advisory }) => !advisory)
      .map((row) => ({
        suite,
        name: `gate ${row.name}: ${row.metric} of ${row.arm}`,
        // What disturbs a machine moves its timing, not its counts.
        outcome:
          untrusted && (witnesses || isRatio(row))
            ? unjudged(untrusted)
            : rowOutcome(row, () => explainBaseline(run, scenario, row)),
      })),
  ];
}

/** What no scenario stands for: a run that was stopped between two of them, or one that evaluated nothing. */
export function casesOfRun(run: RunRecord): JUnitCase[] {
  return explanationsOf(run)
    .filter(({ scenario }) => scenario === null)
    .map((whole) => ({ suite: run.tool.name, name: 'the run as a whole', outcome: outcomeOf(whole) }));
}

function rowOutcome(row: TargetRow | BaselineRow, explain: () => Explanation): JUnitOutcome | null {
  if (row.verdict === 'pass') return null;
  if (row.verdict !== 'notEvaluated') return outcomeOf(explain());
  return { element: 'skipped', type: row.verdict, message: row.reason, text: row.reason };
}

const ELEMENTS: Readonly<Record<Explanation['verdict'], JUnitOutcome['element']>> = {
  fail: 'failure',
  inconclusive: 'skipped',
  invalid: 'error',
  contaminated: 'error',
  partial: 'error',
  empty: 'error',
};

function outcomeOf(explanation: Explanation): JUnitOutcome {
  const { verdict, facts } = explanation;
  const fact = (wanted: string): string | undefined => facts.find(({ label }) => label === wanted)?.text;
  const why = fact('why') ?? '';
  return {
    element: ELEMENTS[verdict],
    type: verdict,
    message: verdict === 'fail' ? `${fact('measured')}; limit: ${fact('limit')}` : why,
    text: `\n${explanationLines(explanation, Number.POSITIVE_INFINITY).join('\n')}\n`,
  };
}

function unjudged({ type, message }: JUnitOutcome): JUnitOutcome {
  const why = `not judged: ${message}`;
  return { element: 'error', type, message: why, text: why };
}
