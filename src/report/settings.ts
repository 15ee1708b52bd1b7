import { metricAt } from '../metrics/index.js';
import type { BaselineRow, ScenarioRecord, TargetRow } from '../record/index.js';

/** What a report reads from the resolved scenario of a record; all of it may be missing in an older one. */
interface Resolved {
  readonly targets?: readonly { readonly id: string; readonly compare: string; readonly against?: string }[];
  readonly gates?: readonly {
    readonly arm: string;
    readonly metric: string;
    readonly against?: string;
    readonly margin: number;
    readonly deadZone: number;
  }[];
  readonly arms?: Readonly<Record<string, { readonly launches?: number | null }>>;
}

/** The arm that a target compares its own with; undefined for one that is held against a limit. */
export function againstOf({ resolved }: ScenarioRecord, { id, arm, metric }: TargetRow): string | undefined {
  const { targets, gates } = resolved as Resolved;
  const target = targets?.find((one) => one.id === id);
  // A row that no target has is a gate between two arms: of a timing it shows the ratio, of a count the count.
  if (target === undefined && metricAt(metric)?.definition.shape !== 'count')
    return gates?.find((gate) => gate.arm === arm && gate.metric === metric)?.against;
  return target?.compare === 'ratio' || target?.compare === 'difference' ? target.against : undefined;
}

/** How a target compares: `absolute`, `maximum`, `ratio`, `difference`; undefined when the record does not say. */
export function compareOf({ resolved }: ScenarioRecord, { id }: TargetRow): string | undefined {
  return (resolved as Resolved).targets?.find((one) => one.id === id)?.compare;
}

/** Margin and dead zone of a gated timing, as shares; undefined where nothing gates it. */
export function gateOf(
  { resolved }: ScenarioRecord,
  { arm, metric }: BaselineRow,
): { readonly margin: number; readonly deadZone: number } | undefined {
  return (resolved as Resolved).gates?.find((gate) => gate.arm === arm && gate.metric === metric);
}

/** Whether the arm takes part in every launch pair, so that more pairs mean more of its launches. */
export function takesPartInAll({ resolved }: ScenarioRecord, arm: string): boolean {
  return typeof (resolved as Resolved).arms?.[arm]?.launches !== 'number';
}

/** The arm that every other is compared with. */
export function controlOf({ arms }: ScenarioRecord): string | undefined {
  return Object.keys(arms).find((name) => arms[name]?.role === 'control');
}

const UNJUDGED = new Set(['partial', 'invalid', 'contaminated']);

/** Whether a row is one of those that decide the run and are therefore explained: failed or open, and binding. */
export function isExplained({ verdict }: ScenarioRecord, row: TargetRow | BaselineRow): boolean {
  const binding = !('advisory' in row && row.advisory);
  return binding && !UNJUDGED.has(verdict) && (row.verdict === 'fail' || row.verdict === 'inconclusive');
}
