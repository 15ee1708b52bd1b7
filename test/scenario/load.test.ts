import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type LoadedScenario, loadScenario, type Scenario } from '../../src/scenario/index.js';
import { load, problems, SMALL } from './fixture.js';

const NAMES = ['crash', 'failover', 'marketprism', 'rest-burst', 'rest-polling', 'stream-subscribe'];

function shipped(name: string, quick: boolean): LoadedScenario {
  const file = `scenarios/${name}.yaml`;
  return loadScenario({ text: readFileSync(file, 'utf8'), file, quick });
}

describe('loading a scenario', () => {
  it.each(NAMES)('accepts %s as shipped, without a warning, and in its quick form', (name) => {
    const full = shipped(name, false);
    expect(full.scenario.name).toBe(name);
    expect(full.warnings).toEqual([]);
    const quick = shipped(name, true);
    expect(quick.hash).not.toBe(full.hash);
    expect(quick.scenario.sampling.pairs).toBeLessThan(shipped(name, false).scenario.sampling.pairs);
  });

  it('turns durations into milliseconds, whatever the unit, and names them so', () => {
    expect(shipped('failover', false).scenario.faults).toMatchObject({ atMs: 300, durationMs: 1500 });
    expect(load(SMALL, { set: ['link.rtt=1.5s'] }).scenario.link).toEqual({ rttMs: 1500 });
    expect(load(SMALL, { set: ['link.rtt=7'] }).scenario.link).toEqual({ rttMs: 7 });
  });

  it('fills in every default, so that nobody has to ask twice', () => {
    const { scenario } = load(SMALL);
    expect(scenario.pool).toEqual({
      min: 0,
      max: 16,
      warmStart: 'none',
      tries: 2,
      acquireTimeoutMs: 5000,
      attemptTimeoutMs: 5000,
      pingTimeoutMs: 5000,
      dialTimeoutMs: 5000,
      idleTimeoutMs: 60_000,
      maxLifetimeMs: 3_600_000,
      maxPending: 10_000,
      failureThreshold: 1,
      cooldownMs: 2000,
      streamsPerConnection: 200,
      silenceTimeoutMs: 10_000,
    });
    expect(scenario.gates).toEqual([{ arm: 'pooled', metric: 'responseTimeMs.p50', margin: 0.1, deadZone: 0.03 }]);
    expect(scenario.arms['pooled']).toEqual({ stack: 'day3', driver: 'pooled', role: 'test', launches: null });
    expect('faults' in scenario).toBe(false);
    expect('quick' in scenario).toBe(false);
  });

  it('freezes all of it', () => {
    const { scenario } = load(SMALL);
    expect(() => ((scenario.pool as { max: number }).max = 3)).toThrow(TypeError);
    expect(() => (scenario.gates as unknown[]).push(1)).toThrow(TypeError);
  });

  it('lays quick over the rest field by field, and replaces lists whole', () => {
    const quick = load(`${SMALL}  gates: []\n`, { quick: true }).scenario;
    expect(quick.load.requests).toMatchObject({ operations: 25, timeoutMs: 1000 });
    expect(quick.gates).toEqual([]);
  });

  it('lets --set win over quick and over the file', () => {
    const requests = (scenario: Scenario): number | undefined => scenario.load.requests?.operations;
    const set = ['load.requests.operations=30'];
    expect(requests(load(SMALL, { set, quick: true }).scenario)).toBe(30);
    expect(requests(load(SMALL, { set }).scenario)).toBe(30);
  });

  it('warns that six pairs cannot fail a timing gate', () => {
    expect(load(SMALL, { quick: true }).warnings).toEqual([
      'with 6 pairs a timing gate can pass but not fail: 8 are needed for 1',
    ]);
  });

  it('warns when a fault outlasts the load', () => {
    const set = [
      'sampling.unit=launch',
      'faults={ at: 300ms, duration: 1s, rotation: [{ kind: reset, endpoint: 0 }] }',
    ];
    expect(load(SMALL, { set }).warnings).toEqual([
      'faults are lifted 1300 ms into a load of about 560 ms: a recovery may go unseen',
    ]);
  });
});

describe('the hash of a scenario', () => {
  it('does not depend on words, order of fields, or how a duration is written', () => {
    const { hash } = load(SMALL);
    expect(hash).toMatch(/^[0-9a-f]{12}$/);
    expect(load(SMALL.replace('Is it small?', 'How small?')).hash).toBe(hash);
    expect(load(SMALL.replace('rtt: 20ms', 'rtt: 0.02s')).hash).toBe(hash);
    expect(load(SMALL.replace('{ unit: slice, pairs: 12 }', '{ pairs: 12, unit: slice }')).hash).toBe(hash);
  });

  it('depends on anything that is measured, and not on an unused quick', () => {
    const { hash } = load(SMALL);
    expect(load(SMALL, { set: ['pool.max=24'] }).hash).not.toBe(hash);
    expect(load(SMALL, { set: ['gates.0.margin=0.2'] }).hash).not.toBe(hash);
    expect(load(SMALL, { quick: true }).hash).not.toBe(hash);
    expect(load(SMALL.replace('operations: 25', 'operations: 26')).hash).toBe(hash);
  });
});

describe('a scenario that is wrong', () => {
  it('reports every problem at once, in the order of the file, with its place', () => {
    const text = SMALL.replace('endpoints: 2', 'endpoints: two')
      .replace('venue: binance', 'venue: binanse')
      .replace('symbols: 10', 'symbls: 10')
      .replace('timeout: 1s', 'timeout: fast')
      .replace('driver: pooled', 'driver: poold');
    expect(problems(text)).toEqual([
      '3:8 `venue`: expected binance, binance-usdm, okx, deribit, bybit, coinbase, got "binanse" (did you mean `binance`?)',
      '4:12 `endpoints`: expected a number, got "two"',
      '6:1 `market.symbols` is missing: expected a number',
      '6:11 unknown field `market.symbls` (did you mean `symbols`?)',
      '12:14 `load.requests.timeout`: expected a duration such as 250ms, 2s or a number of milliseconds, got "fast"',
      '15:34 `arms.pooled.driver`: expected unpooled, pooled, default, unpooled-retry, or a path that starts with ./ ../ or /, got "poold" (did you mean `pooled`?)',
    ]);
  });

  it('says with which kind a misplaced field goes', () => {
    expect(problems(SMALL.replace('arrivals: poisson', 'arrivals: burst'))).toEqual([
      '10:5 unknown field `load.requests.ratePerSecond` (it goes with arrivals: poisson)',
    ]);
    expect(problems(SMALL.replace('arrivals: poisson', 'arrivals: poison'))).toEqual([
      '9:15 `load.requests.arrivals`: expected poisson, burst, got "poison" (did you mean `poisson`?)',
    ]);
  });

  it.each([
    ['link: { rtt: 20ms }', 'link: { rtt: -5 }', 'a duration'],
    ['link: { rtt: 20ms }', 'link: { rtt: -5ms }', 'a duration'],
    ['symbols: 10', 'symbols: 0', 'at least 1, got 0'],
    ['symbols: 10', 'symbols: 1.5', 'a whole number'],
    ['ratePerSecond: 100', 'ratePerSecond: 0', 'more than 0, got 0'],
    ['endpoints: 2', 'endpoints: 17', 'at most 16, got 17'],
    ['venue: binance', '', '`venue` is missing'],
    ['name: small', 'name: Small One', 'expected lower-case letters'],
    ['  pooled: {', '  Pooled!: {', 'a name is lower-case'],
    ['question: Is it small?', 'question: ""', 'at least 1 characters'],
  ])('refuses %s when it reads %s', (good, bad, expected) => {
    expect(problems(SMALL.replace(good, bad)).join('\n')).toContain(expected);
  });

  it('finds what is wrong in quick even when quick is not asked for, at its own place', () => {
    const text = SMALL.replace('operations: 25', 'oprations: 25');
    expect(problems(text)).toEqual(['20:23 unknown field `load.requests.oprations` (did you mean `operations`?)']);
    expect(problems(text, { quick: true })).toEqual(problems(text));
  });

  it('blames the command line for what came from it', () => {
    expect(problems(SMALL, { set: ['pool.mx=3'] })).toEqual([
      '--set pool.mx=3 unknown field `pool.mx` (did you mean `max`?)',
    ]);
    expect(problems(SMALL, { set: ['pol.max=3'] })).toEqual([
      '--set pol.max=3 unknown field `pol` (did you mean `pool`?)',
    ]);
    expect(problems(SMALL, { set: ['pool.max=many'] })).toEqual([
      '--set pool.max=many `pool.max`: expected a number, got "many"',
    ]);
    expect(problems(SMALL, { set: ['name.first=x'] }).join()).toContain('`name`: expected text, got a section');
    expect(problems(SMALL, { set: ['gates.7.arm=pooled'] }).join()).toContain(
      '`gates`: expected a list, got a section',
    );
    expect(problems(SMALL, { set: ['__proto__.x=1'] }).join()).toContain('unknown field `__proto__`');
  });

  it('shows every syntax error of the YAML with its line', () => {
    const [first] = problems('name: small\nvenue: [binance\n');
    expect(first).toMatch(/^\d:\d+ not valid YAML/);
    expect(problems('name: a\nname: b\n')[0]).toMatch(/^2:1 not valid YAML: Map keys must be unique/);
    expect(problems('- a\n- b\n')).toEqual(['1:1 expected a mapping with the fields of a scenario']);
    expect(problems('')).toEqual(['1:1 expected a mapping with the fields of a scenario']);
  });

  it('refuses a document that unfolds without end', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefgh'.split('').map((key, index) => {
        const before = 'abcdefgh'[index];
        return `${key}: &${key} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`;
      }),
    ].join('\n');
    expect(problems(bomb)[0]).toContain('not valid YAML');
  });
});
