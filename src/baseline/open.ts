import { morePairsWouldSharpen } from '../gate/index.js';
import type { ScenarioRecord } from '../record/record.js';
import { fittingScenario } from './compare.js';
import type { RunContext } from './context.js';
import type { Baseline } from './format.js';
import { timingsOf } from './measured.js';
import { estimates } from './timing-rows.js';

/** Would more pairs make a gated timing's comparison with the stored runs sharper? */
export function spreadIsOpen(scenario: ScenarioRecord, context: RunContext, baseline: Baseline): boolean {
  const stored = baseline.role === 'gate' ? fittingScenario(scenario, context, baseline) : '';
  if (typeof stored === 'string') return false;
  const measured = timingsOf(scenario, stored.arm, stored.control);
  const here = stored.runs.filter((run) => run.fingerprint === context.fingerprint);
  return context.gates.some(({ arm, metric }) => {
    const timing = arm === stored.arm ? measured[metric] : undefined;
    return timing !== undefined && morePairsWouldSharpen({ logRatios: timing.pairs, stored: estimates(here, metric) });
  });
}
