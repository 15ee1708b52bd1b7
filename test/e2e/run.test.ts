import { readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunRecord, ScenarioRecord } from '../../src/record/index.js';
import { readXml } from '../report/xml-reader.js';
import { descendants, finished, isAlive, Workplace } from './command.js';

function deterministicMetrics({ name, arms, deterministic }: ScenarioRecord): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(deterministic).flatMap(([arm, metrics]) =>
      metrics.map((metric) => [`${name} ${arm} ${metric}`, arms[arm]?.metrics[metric]]),
    ),
  );
}

/** No looks, and no stall of a busy machine that counts: these tests are about counts and exit codes. */
const CALM = ['--set', 'sampling.extendTo=[]', '--set', 'sampling.stall=30s'];
const ONE_PAIR = ['--set', 'sampling.pairs=1', ...CALM];
const GENEROUS = 90_000;

describe('mp-bench run, as a process', () => {
  it(
    'prints the record and nothing else, with both witnesses in agreement, over every kind of load',
    { timeout: GENEROUS },
    async () => {
      using place = new Workplace();
      const { code, stdout, stderr } = await place.run(['run', '--quick', '--json', '--no-progress', ...ONE_PAIR]);
      const record = JSON.parse(stdout) as RunRecord;
      expect(record.scenarios.map(({ name }) => name)).toEqual([
        'failover',
        'rest-burst',
        'rest-polling',
        'stream-subscribe',
      ]);
      const broken = record.scenarios.flatMap(({ witness }) => witness.checks.filter(({ agree }) => !agree));
      expect(broken).toEqual([]);
      expect(record.scenarios.every(({ witness }) => witness.checks.length > 0)).toBe(true);
      expect(record.scenarios.flatMap(({ targets }) => targets)).toHaveLength(13);
      expect(record).toEqual(place.record());
      // One pair proves nothing about a median; only what is exact may be decided.
      expect([0, 99]).toContain(code);
      expect(stderr).not.toContain('    at ');
    },
  );

  it('gives every metric called deterministic exactly the same twice', { timeout: 2 * GENEROUS }, async () => {
    const once = async (): Promise<Record<string, unknown>[]> => {
      using place = new Workplace();
      await place.run(['run', '--quick', '--no-progress', '--seed', '7', ...ONE_PAIR]);
      return place.record().scenarios.map(deterministicMetrics);
    };
    const first = await once();
    expect(await once()).toEqual(first);
    for (const metrics of first) expect(Object.keys(metrics).length).toBeGreaterThanOrEqual(6);
  });

  it('calls the run invalid when a client does not own up to its connections', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const driver = './test/fixtures/drivers/lying.mjs';
    const { code } = await place.run([
      'run',
      'rest-burst',
      '--quick',
      '--no-progress',
      '--driver',
      driver,
      ...ONE_PAIR,
    ]);
    expect(code).toBe(96);
    const [scenario] = place.record().scenarios;
    expect(scenario?.verdict).toBe('invalid');
    const lies = scenario?.witness.checks
      .filter(({ agree }) => !agree)
      .map(({ arm, id, remainder }) => [arm, id, remainder]);
    // 180 operations, a connection each, and every tenth kept secret.
    expect(lies).toContainEqual(['lying', 'connections', 18]);
  });

  it('fails a pool that is too small for its load', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const smaller = [
      'load.requests.operations=48',
      'sampling.blocks=1',
      'arms.default.launches=0',
      'pool.max=1',
      'sampling.pairs=12',
    ];
    const sets = smaller.flatMap((setting) => ['--set', setting]);
    const junit = join(dirname(place.out), `${basename(place.out)}.xml`);
    const { code, stdout, stderr } = await place.run([
      'run',
      'rest-polling',
      '--no-progress',
      '--github',
      '--junit',
      junit,
      ...CALM,
      ...sets,
    ]);
    expect(code).toBe(99);
    expect(stdout).toContain('\nfail rest-polling: hit rate > 85 %\n');
    expect(stderr).toContain('::error title=rest-polling%3A hit rate > 85 %25::');
    const [suite] = readXml(readFileSync(junit, 'utf8')).children;
    rmSync(junit);
    expect(Number(suite?.attributes['failures'])).toBeGreaterThanOrEqual(1);
    const failed = place
      .record()
      .scenarios[0]?.targets.filter(({ verdict }) => verdict === 'fail')
      .map(({ id }) => id);
    expect(failed).toContain('hit-rate');
  });

  it('never takes a blind round-robin for recovered', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const driver = './test/fixtures/drivers/blind-round-robin.mjs';
    await place.run([
      'run',
      'failover',
      '--quick',
      '--no-progress',
      '--driver',
      driver,
      ...CALM,
      '--set',
      'sampling.pairs=2',
    ]);
    const faults = place.record().scenarios[0]?.faults.filter(({ arm }) => arm === 'blind-round-robin');
    expect(faults?.map(({ felt, recoveredMs }) => [felt, recoveredMs])).toEqual([
      [true, null],
      [true, null],
    ]);
  });

  it('stops at Ctrl-C: processes gone, partial record, 130', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const child = place.start(['run', 'rest-polling', '--quick']);
    const end = finished(child);
    let started: number[] = [];
    while (started.length < 3) {
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
      started = descendants(child.pid ?? 0);
    }
    child.kill('SIGINT');
    const { code } = await end;
    expect(code).toBe(130);
    expect(place.record().verdict).toBe('partial');
    expect(started.filter(isAlive)).toEqual([]);
  });
});
