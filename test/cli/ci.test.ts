import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import type { RunRecord } from '../../src/record/index.js';
import { SUMMARY_LIMIT_BYTES } from '../../src/report/index.js';
import type { RunMeasurement, RunOptions, ScenarioMeasurement } from '../../src/runner/index.js';
import type { LoadedScenario } from '../../src/scenario/index.js';
import { arm } from '../record/arm.js';
import { readXml } from '../report/xml-reader.js';
import { SMALL } from '../scenario/fixture.js';
import { TestWorld } from './harness.js';

const runner = vi.hoisted(() => ({ runScenarios: vi.fn<(options: RunOptions) => Promise<RunMeasurement>>() }));
vi.mock('../../src/runner/index.js', () => runner);

const TARGET = `targets:
  - { id: hit-rate, title: hit rate > 85 %, arm: pooled, metric: hitRate, compare: absolute, is: ">", limit: 0.85 }
`;

function measurement(
  { scenario, hash, file, resolved, warnings }: LoadedScenario,
  hitRates: readonly number[],
): ScenarioMeasurement {
  return {
    name: scenario.name,
    question: scenario.question,
    hash,
    source: file,
    resolved,
    scenario,
    complete: true,
    leases: 'exclusive',
    arms: { unpooled: arm({ driver: 'unpooled', role: 'control' }), pooled: arm({ launches: hitRates.length }) },
    deterministic: {},
    witness: {
      agree: true,
      checks: [{ id: 'accepted', arm: 'pooled', client: 1, exchange: 1, remainder: 0, agree: true, identity: 'a = b' }],
    },
    faults: [],
    pairs: [],
    launches: hitRates.map((value, launch) => ({ launch, arm: 'pooled', metric: 'hitRate', value })),
    warnings,
  };
}

function measuring(hitRates: readonly number[]): void {
  runner.runScenarios.mockImplementation((options) => {
    const scenarios = options.scenarios.map((loaded) => measurement(loaded, hitRates));
    for (const scenario of scenarios) options.onMeasured?.(scenario);
    return Promise.resolve({ scenarios, pinning: null, complete: true });
  });
}

const HELD = Array.from({ length: 12 }, (_, i) => 0.9 + i / 1000);
const MISSED = HELD.map((value) => value - 0.3);
const OPEN = Array.from({ length: 12 }, (_, i) => 0.852 + (i - 5.5) / 500);

let world: TestWorld;
beforeEach(async () => {
  world = new TestWorld(await mkdtemp(join(tmpdir(), 'mp-bench-ci-')));
  world.env['MP_BENCH_SCENARIOS'] = '.';
  world.env['MP_BENCH_BASELINES'] = 'baselines';
  await writeFile(join(world.cwd, 'small.yaml'), SMALL + TARGET);
  measuring(HELD);
});
afterEach(() => rm(world.cwd, { recursive: true }));

const text = (...path: readonly string[]): Promise<string> => readFile(join(world.cwd, ...path), 'utf8');

async function onlyRun(): Promise<string> {
  const runs = await readdir(join(world.cwd, 'reports'));
  expect(runs).toHaveLength(1);
  return runs[0] ?? '';
}

describe('the JUnit file of a run', () => {
  it('is written where it is wanted, with the record’s place, beside the same exit code', async () => {
    measuring(MISSED);
    const { code, stdout } = await world.run('run', '--junit', 'ci/junit.xml');
    expect(code).toBe(99);
    expect(stdout).toContain('FAIL: ');
    const root = readXml(await text('ci', 'junit.xml'));
    expect(root.attributes).toMatchObject({ tests: '2', failures: '1', errors: '0' });
    const properties = root.children[0]?.children[0]?.children.map(({ attributes }) => attributes);
    expect(properties).toContainEqual({ name: 'record', value: join('reports', await onlyRun(), 'record.json') });
    expect(properties).toContainEqual({ name: 'seed', value: '1' });
  });

  it('does not outlive a run that breaks', async () => {
    await writeFile(join(world.cwd, 'junit.xml'), 'of an earlier run');
    runner.runScenarios.mockRejectedValue(new Error('the exchange is gone'));
    expect((await world.run('run', '--junit', 'junit.xml')).code).toBe(1);
    expect(await readdir(world.cwd)).not.toContain('junit.xml');
  });

  it('is refused before anything is measured when there can be none', async () => {
    await mkdir(join(world.cwd, 'taken'));
    runner.runScenarios.mockClear();
    const { code, stderr } = await world.run('run', '--junit', 'taken');
    expect(code).toBe(78);
    expect(stderr).toMatch(/^--junit: .*taken cannot be written \(\w+\)\n$/);
    expect((await world.run('run', '--junit', 'small.yaml/x.xml')).code).toBe(78);
    expect(runner.runScenarios).not.toHaveBeenCalled();
  });

  it('is an error when the run was stopped', async () => {
    runner.runScenarios.mockImplementation(({ scenarios }) => {
      world.signal('SIGTERM');
      const partial = scenarios.map((loaded) => ({ ...measurement(loaded, MISSED), complete: false }));
      return Promise.resolve({ scenarios: partial, pinning: null, complete: false });
    });
    expect((await world.run('run', '--junit', 'junit.xml')).code).toBe(143);
    expect(readXml(await text('junit.xml')).attributes).toMatchObject({ tests: '1', failures: '0', errors: '1' });
  });

  it('can be made of a stored record, of one at a time', async () => {
    measuring(OPEN);
    await world.run('run');
    await world.run('run');
    const [a = '', b = ''] = await readdir(join(world.cwd, 'reports'));
    expect((await world.run('report', a, '--junit', 'later.xml')).code).toBe(0);
    expect(readXml(await text('later.xml')).children[0]?.attributes).toMatchObject({ skipped: '1' });
    expect(await world.run('report', a, b, '--junit', 'later.xml')).toMatchObject({ code: 64 });
  });
});

describe('a run in a step of GitHub Actions', () => {
  it('adds its summary to what the step has, and annotates on stderr alone', async () => {
    measuring(MISSED);
    world.env['GITHUB_STEP_SUMMARY'] = join(world.cwd, 'step.md');
    await writeFile(join(world.cwd, 'step.md'), 'of another command');
    const { stdout, stderr } = await world.run('run', '--json', '--no-progress');
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'fail' });
    expect(stderr).toMatch(/^::error title=small%3A hit rate > 85 %25::/m);
    expect(await text('step.md')).toMatch(/^of another command\n# FAIL\n/);
    expect(await text('step.md')).not.toContain('Cut to fit');
    expect(await readdir(join(world.cwd, 'reports', await onlyRun()))).toEqual(['record.json', 'report.md']);
  });

  it('keeps the step within its limit, together with what is there', async () => {
    const step = join(world.cwd, 'step.md');
    world.env['GITHUB_STEP_SUMMARY'] = step;
    await writeFile(step, 'x'.repeat(SUMMARY_LIMIT_BYTES - 2600));
    await world.run('run');
    const cut = await text('step.md');
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES);
    const added = cut.slice(cut.indexOf('\n'));
    expect(added).toMatch(/^\n# PASS\n/);
    expect(added).toContain(`The whole report is reports/${await onlyRun()}/report.md.`);
    await appendFile(step, 'x'.repeat(SUMMARY_LIMIT_BYTES - Buffer.byteLength(cut)));
    const { code, stderr } = await world.run('run');
    expect([code, stderr]).toEqual([0, expect.stringContaining('the summary of the step is full')]);
    expect(Buffer.byteLength(await text('step.md'))).toBe(SUMMARY_LIMIT_BYTES);
  });

  it('loses no verdict over a summary that cannot be written', async () => {
    measuring(MISSED);
    world.env['GITHUB_STEP_SUMMARY'] = world.cwd;
    const { code, stderr } = await world.run('run');
    expect(code).toBe(99);
    expect(stderr).toContain('the summary of the step could not be written (EISDIR)');
  });

  it('says nothing elsewhere, unless it is asked', async () => {
    measuring(MISSED);
    const plain = await world.run('run', '--no-progress');
    expect(plain.stderr).not.toContain('::');
    const asked = await world.run('run', '--github', '--no-progress', '--out', 'asked');
    expect(asked.stderr).toContain('::error title=');
    const [runId = ''] = await readdir(join(world.cwd, 'asked'));
    expect(await text('asked', runId, 'summary.md')).toMatch(/^# FAIL\n/);
  });

  it('is not annotated again by a report, unless that is asked for', async () => {
    measuring(MISSED);
    await world.run('run');
    world.env['GITHUB_STEP_SUMMARY'] = join(world.cwd, 'step.md');
    expect((await world.run('report')).stderr).toBe('');
    expect((await world.run('report', '--github')).stderr).toContain('::error title=');
    expect(await text('step.md')).toMatch(/^# FAIL\n/);
  });
});

describe('the page that a failed run leaves', () => {
  const explained = async (...flags: readonly string[]): Promise<string> => (await world.run('run', ...flags)).stdout;

  it('names the command that repeats the scenario alone, with everything that decided it', async () => {
    measuring(MISSED);
    const flags = ['--quick', '--set', 'pool.max=24', '--arm', 'pooled', '--no-progress', '--seed', '7'];
    const shown = await explained(...flags, '--junit', 'x.xml');
    expect(shown).toContain(
      ['  repeat    npx mp-bench run small --quick --set pool.max=24 --arm pooled \\', '              --seed 7\n'].join(
        '\n',
      ),
    );
    const record = JSON.parse(await text('reports', await onlyRun(), 'record.json')) as RunRecord;
    expect(record.scenarios[0]?.command).toBe('mp-bench run small --quick --set pool.max=24 --arm pooled --seed 7');
    expect(record.scenarios[0]?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('names a scenario by its file where its name would not find it', async () => {
    measuring(MISSED);
    await mkdir(join(world.cwd, 'more'));
    await writeFile(join(world.cwd, 'more', 'small.yaml'), SMALL + TARGET);
    expect(await explained('more/small.yaml')).toContain('npx mp-bench run more/small.yaml --seed 1');
    expect(await explained('./small.yaml')).toContain('npx mp-bench run small --seed 1');
  });

  it('says what would settle an open one, which is refused under --strict', async () => {
    measuring(OPEN);
    const { code, stdout } = await world.run('run', '--strict');
    expect(code).toBe(97);
    const [, more] = /About (\d+) more launches at the spread/.exec(stdout.replaceAll(/\s+/g, ' ')) ?? [];
    expect(stdout).toContain(`  settle    npx mp-bench run small --seed 1 --set sampling.pairs=${12 + Number(more)}\n`);
    expect(stdout).toMatch(/ {2}takes {5}\d+ pairs in all, about /);
  });
});

describe('docs/ci.md', () => {
  it('has workflow files that can be read, and names only flags that exist', async () => {
    const page = await readFile(new URL('../../docs/ci.md', import.meta.url), 'utf8');
    const files = Array.from(
      page.matchAll(/```yaml\n([\s\S]*?)```/g),
      ([, yaml = '']) => parse(yaml) as Record<string, unknown>,
    );
    expect(files.map((file) => Object.keys(file))).toEqual([
      expect.arrayContaining(['on', 'jobs']),
      ['mp-bench'],
      ['collect'],
      ['0', '1', '2'],
    ]);
    const help = (await world.run('run', '--help')).stdout + (await world.run('report', '--help')).stdout;
    const commands = Array.from(page.matchAll(/mp-bench (?:run|report)\b[^\n`]*/g), ([command]) => command);
    const flags = new Set(commands.flatMap((command) => command.match(/--[a-z-]+/g) ?? []));
    expect([...flags].filter((flag) => !help.includes(flag))).toEqual([]);
    expect(flags.size).toBeGreaterThan(2);
  });
});
