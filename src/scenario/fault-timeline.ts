import type { Scenario, TimedFault } from './schema.js';

/** A planned fault without its name; `atMs` counts from the start of the load, `endpoint` null means every one. */
export type PlannedFault = Planned<TimedFault>;

// Spread over the kinds, so that each keeps its particulars.
type Planned<F> = F extends TimedFault ? Omit<F, 'endpoint'> & { readonly endpoint: number | null } : never;

/**
 * Every fault that one client meets in the course of a scenario: the timeline and, where a rotation gives each launch
 * one fault, all of those one after the other with the pause before the first between them.
 */
export function faultTimeline({ timeline, faults }: Pick<Scenario, 'timeline' | 'faults'>): PlannedFault[] {
  return [...(timeline ?? []).map(everywhere), ...turnsOf(faults)].toSorted((a, b) => a.atMs - b.atMs);
}

// Without an endpoint of its own, a fault is one of all endpoints.
function everywhere(fault: TimedFault): PlannedFault {
  return { ...fault, endpoint: fault.endpoint ?? null };
}

function turnsOf(faults: Scenario['faults']): PlannedFault[] {
  if (!faults) return [];
  const { atMs, durationMs, rotation } = faults;
  return rotation.map(({ kind, endpoint }, turn) => ({
    kind,
    endpoint,
    atMs: atMs + turn * (atMs + durationMs),
    durationMs,
  }));
}
