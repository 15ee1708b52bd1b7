import { plannedLooks } from './looks.js';
import { plannedWork } from './plan.js';
import type { Scenario } from './schema.js';

/** What is allowed but weakens the answer; each says what follows from it. */
export function warningsOf(scenario: Scenario): string[] {
  return [...fewPairs(scenario), ...lateFault(scenario), ...fewFaults(scenario)];
}

// With n pairs the smallest exact one-sided p is 2^-n; a FAIL asks for 0.01 / gates / 2.
function fewPairs({ gates, sampling }: Scenario): string[] {
  if (gates.length === 0) return [];
  const needed = Math.ceil(Math.log2((2 * gates.length) / 0.01));
  const pairs = plannedLooks(sampling).at(-1) ?? 0;
  if (pairs >= needed) return [];
  return [`with ${pairs} pairs a timing gate can pass but not fail: ${needed} are needed for ${gates.length}`];
}

function lateFault(scenario: Scenario): string[] {
  const { faults } = scenario;
  if (!faults) return [];
  const { loadMs } = plannedWork(scenario);
  const liftedMs = faults.atMs + faults.durationMs;
  if (liftedMs <= loadMs) return [];
  return [`faults are lifted ${liftedMs} ms into a load of about ${Math.round(loadMs)} ms: a recovery may go unseen`];
}

function fewFaults({ faults, sampling }: Scenario): string[] {
  if (!faults || sampling.pairs >= 12) return [];
  return [`${sampling.pairs} faults an arm are fewer than the 12 that a failover verdict needs`];
}
