import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { controlArm, pairsAfter, planPairs } from '../../src/runner/plan.js';
import { loadScenario, type Scenario } from '../../src/scenario/index.js';

function scenario(name: string): Scenario {
  const file = new URL(`../../scenarios/${name}.yaml`, import.meta.url);
  return loadScenario({ text: readFileSync(file, 'utf8'), file: `${name}.yaml`, quick: false }).scenario;
}

describe('planPairs', () => {
  it('mirrors the order of the arms from block to block', () => {
    for (const { arms, turns } of planPairs(scenario('rest-polling'), 1)) {
      const order = turns.map((turn) => turn.arm);
      expect(order).toEqual([...arms, ...arms.toReversed()]);
      expect(order).toEqual(order.toReversed());
    }
  });

  it('gives every arm of a block the same arrivals, and every block others', () => {
    const turns = planPairs(scenario('rest-polling'), 1).flatMap((plan) => plan.turns);
    const arms = new Map<number, string[]>();
    for (const { index, arm } of turns) arms.set(index, [...(arms.get(index) ?? []), arm]);
    for (const present of arms.values()) expect(new Set(present).size).toBe(present.length);
    // Two blocks for each of the 28 pairs that the last look asks for.
    expect(arms.size).toBe(56);
  });

  it('lets the coin decide who goes first, by seed', () => {
    const first = (seed: number): string =>
      planPairs(scenario('rest-burst'), seed)
        .map((plan) => plan.arms[0])
        .join(' ');
    expect(first(7)).toBe(first(7));
    expect(new Set([1, 2, 3, 4].map(first)).size).toBeGreaterThan(1);
  });

  it('runs an arm outside the pairs only as often as it asks', () => {
    const plans = planPairs(scenario('failover'), 1);
    const launches = (arm: string): number => plans.filter((plan) => plan.arms.includes(arm)).length;
    expect([launches('unpooled'), launches('pooled'), launches('unpooled-retry'), launches('default')]).toEqual([
      24, 24, 6, 3,
    ]);
  });

  it('rotates the faults over the pairs', () => {
    expect(planPairs(scenario('failover'), 1).map((plan) => plan.fault)).toEqual(
      Array.from({ length: 24 }, (_, pair) => pair % 6),
    );
    expect(planPairs(scenario('rest-burst'), 1).every((plan) => plan.fault === null)).toBe(true);
  });
});

describe('controlArm', () => {
  it('is the one arm with that role', () => {
    expect(controlArm(scenario('rest-burst'))).toBe('day1');
    expect(controlArm(scenario('failover'))).toBe('unpooled');
  });
});

describe('pairsAfter', () => {
  const loaded = scenario('rest-polling');
  const { sampling } = loaded;
  const extended = { ...loaded, sampling: { ...sampling, pairs: 7, extendTo: [14, 28] } };
  const never = (): never => {
    throw new Error('nothing is to be asked before the first pair, or after the last look');
  };

  it('goes on to the next look while a verdict is open, and stops at the first where none is', () => {
    expect(pairsAfter(extended, 0, never)).toBe(7);
    expect(pairsAfter(extended, 7, () => true)).toBe(14);
    expect(pairsAfter(extended, 14, () => true)).toBe(28);
    expect(pairsAfter(extended, 14, () => false)).toBe(14);
  });

  it('never goes beyond the last look', () => {
    expect(pairsAfter(extended, 28, never)).toBe(28);
    expect(pairsAfter({ ...loaded, sampling: { ...sampling, pairs: 6, extendTo: [] } }, 6, never)).toBe(6);
  });

  it('plans the pairs of every look beforehand, and the first ones as if there were no more', () => {
    const plans = planPairs(extended, 3);
    expect(plans).toHaveLength(28);
    expect(plans.slice(0, 7)).toEqual(planPairs({ ...loaded, sampling: { ...sampling, pairs: 7, extendTo: [] } }, 3));
  });
});
