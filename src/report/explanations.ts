import type { RunRecord, ScenarioRecord } from '../record/index.js';
import { type Explanation, explainBaseline, explainScenario, explainTarget, explainWitness } from './explanation.js';
import { headline } from './headline.js';
import { isExplained } from './settings.js';

const WORST_FIRST: readonly Explanation['verdict'][] = [
  'invalid',
  'fail',
  'contaminated',
  'partial',
  'empty',
  'inconclusive',
];

/**
 * Everything that kept the run from a PASS, worst first, and in the order of the scenarios within that. Nothing for an
 * observation, in which nothing is judged.
 */
export function explanationsOf(run: RunRecord): Explanation[] {
  if (run.observation !== undefined) return [];
  const found = run.scenarios.flatMap((scenario) => explanationsOfScenario(run, scenario));
  return [...found, ...wholeRun(run)].toSorted(
    (a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict),
  );
}

function explanationsOfScenario(run: RunRecord, scenario: ScenarioRecord): Explanation[] {
  const { verdict } = scenario;
  if (verdict === 'invalid') return [explainWitness(run, scenario)];
  if (verdict === 'partial' || verdict === 'contaminated') return [explainScenario(run, scenario, verdict)];
  return [
    ...scenario.targets.filter((row) => isExplained(scenario, row)).map((row) => explainTarget(run, scenario, row)),
    ...scenario.baselines.filter((row) => isExplained(scenario, row)).map((row) => explainBaseline(run, scenario, row)),
  ];
}

// A run that is stopped between two scenarios, or in which no scenario was judged, has no row to blame.
function wholeRun(run: RunRecord): Explanation[] {
  if (run.verdict !== 'partial' && run.verdict !== 'empty') return [];
  if (run.scenarios.some(({ verdict }) => verdict === 'partial')) return [];
  const { words } = headline(run);
  return [
    {
      verdict: run.verdict,
      scenario: null,
      title: run.verdict === 'partial' ? 'stopped before its end' : 'nothing was evaluated',
      facts: [{ label: 'why', text: [`${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`, ...run.warnings].join(' ') }],
      command: `npx ${run.command}`,
      commandFor: 'repeat',
    },
  ];
}
