import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { controlArm, planPairs } from '../../src/runner/plan.js';
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
    expect(arms.size).toBe(24);
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
      12, 12, 6, 3,
    ]);
  });

  it('rotates the faults over the pairs', () => {
    expect(planPairs(scenario('failover'), 1).map((plan) => plan.fault)).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
    expect(planPairs(scenario('rest-burst'), 1).every((plan) => plan.fault === null)).toBe(true);
  });
});

describe('controlArm', () => {
  it('is the one arm with that role', () => {
    expect(controlArm(scenario('rest-burst'))).toBe('day1');
    expect(controlArm(scenario('failover'))).toBe('unpooled');
  });
});
