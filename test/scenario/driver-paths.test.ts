import { describe, expect, it } from 'vitest';
import { driverModules, loadScenario, parseOverride } from '../../src/scenario/index.js';
import { SMALL } from './fixture.js';

const MINE = SMALL.replace('driver: pooled', 'driver: ./clients/mine.mjs');

function driversOf(file: string, set: readonly string[] = [], text = MINE): Record<string, string> {
  const { scenario } = loadScenario({ text, file, quick: false, overrides: set.map(parseOverride) });
  return Object.fromEntries(Object.entries(scenario.arms).map(([name, { driver }]) => [name, driver]));
}

describe('the path of a driver', () => {
  it('that a scenario file says is one from that file', () => {
    expect(driversOf('small.yaml')).toEqual({ unpooled: 'unpooled', pooled: './clients/mine.mjs' });
    expect(driversOf('bench/small.yaml')['pooled']).toBe('./bench/clients/mine.mjs');
    expect(driversOf('../small.yaml')['pooled']).toBe('../clients/mine.mjs');
    expect(driversOf('/there/small.yaml')['pooled']).toBe('/there/clients/mine.mjs');
    const up = SMALL.replace('driver: pooled', 'driver: ../mine.mjs');
    expect(driversOf('bench/deep/small.yaml', [], up)['pooled']).toBe('./bench/mine.mjs');
    const absolute = SMALL.replace('driver: pooled', 'driver: /there/mine.mjs');
    expect(driversOf('bench/small.yaml', [], absolute)['pooled']).toBe('/there/mine.mjs');
  });

  it('that the command line says is one from the working directory, however much of the arm comes with it', () => {
    for (const set of [
      'arms.pooled.driver=./mine.mjs',
      'arms.pooled={ stack: day3, driver: ./mine.mjs, role: test }',
      'arms={ unpooled: { stack: day2, driver: unpooled, role: control }, pooled: { stack: day3, driver: ./mine.mjs, role: test } }',
    ])
      expect(driversOf('bench/small.yaml', [set])['pooled']).toBe('./mine.mjs');
    // Another field of the arm changes nothing about its driver.
    expect(driversOf('bench/small.yaml', ['arms.pooled.launches=2'])['pooled']).toBe('./bench/clients/mine.mjs');
  });

  it('changes neither the hash nor what the record keeps of the scenario', () => {
    const [here, there] = ['small.yaml', 'bench/small.yaml'].map((file) =>
      loadScenario({ text: MINE, file, quick: false }),
    );
    expect(here?.hash).toBe(there?.hash);
    expect(there?.resolved).toMatchObject({ arms: { pooled: { driver: './clients/mine.mjs' } } });
  });

  it('is told apart from a name', () => {
    const { scenario } = loadScenario({ text: MINE, file: 'small.yaml', quick: false });
    expect(driverModules(scenario)).toEqual(['./clients/mine.mjs']);
  });
});
