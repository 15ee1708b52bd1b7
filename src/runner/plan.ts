import { type Random, seededRandom } from '../base/index.js';
import { plannedLooks, type Scenario } from '../scenario/index.js';

/** One turn of one arm: a slice of its load, or a whole launch. */
export interface Turn {
  readonly arm: string;
  /** Which block of the pair it belongs to; a block holds one turn of every arm. */
  readonly block: number;
  /** Seeds the arrivals; the same for all arms of a block. */
  readonly index: number;
}

/** One launch pair: a fresh process for each arm, and the order of their turns. */
export interface PairPlan {
  readonly pair: number;
  readonly arms: readonly string[];
  readonly turns: readonly Turn[];
  /** The fault of this pair, an index into the scenario's rotation; null without faults. */
  readonly fault: number | null;
}

/**
 * Lays out every pair of a scenario, those of all extensions included. The order of the arms is drawn by a seeded coin and mirrored from block to block
 * (ABBA, or ABCCBA), so that a linear drift of the machine weighs on every arm alike.
 */
export function planPairs(scenario: Scenario, seed: number): PairPlan[] {
  const coin = seededRandom(`${seed}/${scenario.name}/coin`);
  return Array.from({ length: plannedLooks(scenario.sampling).at(-1) ?? 0 }, (_, pair) => {
    const arms = orderedArms(scenario, pair, coin);
    const blocks = scenario.sampling.unit === 'slice' ? scenario.sampling.blocks : 1;
    const turns = Array.from({ length: blocks }, (_unused, block) =>
      (block % 2 === 0 ? arms : arms.toReversed()).map((arm) => ({ arm, block, index: pair * blocks + block })),
    ).flat();
    return { pair, arms, turns, fault: scenario.faults ? pair % scenario.faults.rotation.length : null };
  });
}

/**
 * Up to how many pairs a scenario goes on that has measured so many: to its next look while a verdict is open, else no
 * further.
 */
export function pairsAfter({ sampling }: Scenario, measured: number, isOpen: () => boolean): number {
  const next = plannedLooks(sampling).find((pairs) => pairs > measured);
  return next !== undefined && (measured === 0 || isOpen()) ? next : measured;
}

/** The control arm's name. */
export function controlArm(scenario: Scenario): string {
  const control = Object.entries(scenario.arms).find(([, arm]) => arm.role === 'control');
  if (!control) throw new Error(`scenario ${scenario.name} has no control arm`);
  return control[0];
}

function orderedArms(scenario: Scenario, pair: number, coin: Random): string[] {
  const present = Object.entries(scenario.arms)
    .filter(([, arm]) => arm.launches === null || pair < arm.launches)
    .map(([name]) => name);
  return coin.next() < 0.5 ? present : present.toReversed();
}
