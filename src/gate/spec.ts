import type { MetricPath } from '../metrics/index.js';

export type Comparison = '>' | '>=' | '<' | '<=';

/** A target as a scenario names it. `difference` and `ratio` are against another arm of the same run. */
export interface TargetSpec {
  readonly id: string;
  readonly title: string;
  readonly arm: string;
  readonly metric: MetricPath;
  readonly compare: 'absolute' | 'difference' | 'ratio' | 'maximum';
  readonly against?: string | undefined;
  readonly is: Comparison;
  readonly limit: number;
  /** The arms differ in it by how they are built; shown with the row. */
  readonly byConstruction?: boolean | undefined;
}

/** A timing metric that must not get worse. */
export interface GateSpec {
  readonly arm: string;
  readonly metric: MetricPath;
  /** The control arm of the same run, where that is what it is compared with; else the gate baseline. */
  readonly against?: string | undefined;
  /** Relative change that must not slip through: 0.1 is 10 % worse. */
  readonly margin: number;
  /** Relative change that is ignored even when it is real. */
  readonly deadZone: number;
}

/** The targets among these that are judged by a statistical test, so that they share the error rate. */
export function countJudged(targets: readonly TargetSpec[]): number {
  return targets.filter((target) => target.compare !== 'maximum').length;
}
