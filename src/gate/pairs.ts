import type { MetricPath } from '../metrics/index.js';
import type { LaunchRow, PairRow } from '../record/record.js';
import { median, type ValuePair } from '../statistics/index.js';

/** Two arms that were measured side by side, and the metric in question. */
export interface Comparand {
  readonly arm: string;
  readonly control: string;
  readonly metric: MetricPath;
}

/** The rows of two arms and a metric, in the order of their pairs. */
function pairsOf(rows: readonly PairRow[], { arm, control, metric }: Comparand): PairRow[] {
  return rows
    .filter((row) => row.arm === arm && row.control === control && row.metric === metric && row.blocks.length > 0)
    .sort((a, b) => a.pair - b.pair);
}

/** Each pair's values: the medians of either arm over the pair's blocks. */
export function pairValues(rows: readonly PairRow[], comparand: Comparand): ValuePair[] {
  return pairsOf(rows, comparand).map(({ blocks }) => ({
    value: medianOrNaN(blocks.map(([arm]) => arm)),
    against: medianOrNaN(blocks.map(([, control]) => control)),
  }));
}

/** The values of launches that ran as a pair: rows of both arms with the same launch number. */
export function launchPairs(rows: readonly LaunchRow[], { arm, control, metric }: Comparand): ValuePair[] {
  const of = (name: string): Map<number, number> =>
    new Map(
      rows
        .filter((row) => row.arm === name && row.metric === metric && row.disturbed !== true)
        .map((row) => [row.launch, row.value]),
    );
  const others = of(control);
  return [...of(arm)]
    .sort(([a], [b]) => a - b)
    .flatMap(([launch, value]) => {
      const against = others.get(launch);
      return against === undefined ? [] : [{ value, against }];
    });
}

/**
 * Each pair's log-ratio: ln(arm ÷ control) a block, the median over the pair's blocks. NaN for a pair with a value that
 * is not positive, which has no logarithm.
 */
export function pairLogRatios(rows: readonly PairRow[], comparand: Comparand): number[] {
  return pairsOf(rows, comparand).map(({ blocks }) =>
    medianOrNaN(blocks.map(([arm, control]) => (arm > 0 && control > 0 ? Math.log(arm / control) : Number.NaN))),
  );
}

// A gap in the data must not sort its way into the middle.
function medianOrNaN(values: readonly number[]): number {
  return values.every((value) => Number.isFinite(value)) ? median(values) : Number.NaN;
}
