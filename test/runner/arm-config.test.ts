import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SiteInfo } from '../../src/exchange/protocol.js';
import { armConfig } from '../../src/runner/arm-config.js';
import { loadScenario, type Scenario } from '../../src/scenario/index.js';

const SITE: SiteInfo = {
  id: 's',
  endpoints: [
    { venue: 'binance', name: 'endpoint-0.binance.test', rest: 'https://127.0.0.1:1', ws: 'wss://127.0.0.1:1' },
  ],
  ca: null,
  dns: null,
  symbols: { binance: ['BTCUSDT'] },
};

function scenario(name: string): Scenario {
  const file = new URL(`../../scenarios/${name}.yaml`, import.meta.url);
  return loadScenario({ text: readFileSync(file, 'utf8'), file: `${name}.yaml`, quick: false }).scenario;
}

/** The fields in which the configurations of two arms differ. */
function differences(of: Scenario, a: string, b: string): string[] {
  const [one, other] = [armConfig(of, a, SITE, 1), armConfig(of, b, SITE, 1)];
  const keys = Object.keys(one) as (keyof typeof one)[];
  return keys.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]) && key !== 'arm');
}

describe('stacks', () => {
  it('differ in the named layer alone: day 2 in the objects, day 3 in the connections', () => {
    const burst = scenario('rest-burst');
    expect(differences(burst, 'day1', 'unpooled')).toEqual(['objects']);
    expect(differences(burst, 'unpooled', 'pooled')).toEqual(['driver']);
    expect(differences(burst, 'day1', 'pooled')).toEqual(['driver', 'objects']);
  });

  it.each(['rest-polling', 'stream-subscribe', 'failover'])('differ in the driver alone in %s', (name) => {
    const arms = Object.keys(scenario(name).arms).filter((arm) => arm !== 'pooled');
    for (const arm of arms) expect(differences(scenario(name), 'pooled', arm)).toEqual(['driver']);
  });
});

describe('armConfig', () => {
  it('never lets a try outlast its operation', () => {
    expect(armConfig(scenario('rest-polling'), 'pooled', SITE, 1).settings).toMatchObject({
      requestTimeoutMs: 900,
      attemptTimeoutMs: 900,
    });
    expect(armConfig(scenario('failover'), 'pooled', SITE, 1).settings).toMatchObject({
      requestTimeoutMs: 250,
      attemptTimeoutMs: 100,
    });
  });

  it('leaves a pool of streams its defaults, but for what the scenario or the arm says', () => {
    const stream = scenario('stream-subscribe');
    expect(armConfig(stream, 'pooled', SITE, 1).settings.streams).toEqual({});
    const pool = { ...stream.pool, feeds: 2, staleAfterMs: 700, backoff: { initialMs: 5, maxMs: 50 } } as const;
    const pooled = { ...stream.arms['pooled']!, pool: { feeds: 1, max: 9 } } as const;
    const changed = { ...stream, pool, arms: { ...stream.arms, pooled } };
    const { settings } = armConfig(changed, 'pooled', SITE, 1);
    expect(settings.streams).toEqual({ feeds: 1, staleAfterMs: 700, backoff: { initialMs: 5, maxMs: 50 } });
    expect(settings.max).toBe(9);
    expect(armConfig(changed, 'unpooled', SITE, 1).settings.streams).toMatchObject({ feeds: 2 });
  });

  it('tells every arm the rules that hold', () => {
    const stream = scenario('stream-subscribe');
    expect(armConfig(stream, 'unpooled', SITE, 1).rules).toEqual({ timeScale: 1, rules: {} });
    const faster = { ...stream, timeScale: 0.01, rules: { maxAgeMs: 7_200_000 } };
    expect(armConfig(faster, 'unpooled', SITE, 1).rules).toEqual({ timeScale: 0.01, rules: { maxAgeMs: 7_200_000 } });
  });

  it('seeds every arm alike, so that their arrivals are the same', () => {
    const seeds = ['unpooled', 'pooled', 'default'].map(
      (arm) => armConfig(scenario('rest-polling'), arm, SITE, 7).seed,
    );
    expect(new Set(seeds).size).toBe(1);
  });
});
