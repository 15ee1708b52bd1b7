import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunRecord } from '../../src/record/index.js';
import type { RunMeasurement, RunOptions, ScenarioMeasurement } from '../../src/runner/index.js';
import type { LoadedScenario } from '../../src/scenario/index.js';
import { SMALL } from '../scenario/fixture.js';
import { TestWorld } from './harness.js';

const runner = vi.hoisted(() => ({ runScenarios: vi.fn<(options: RunOptions) => Promise<RunMeasurement>>() }));
vi.mock('../../src/runner/index.js', () => runner);

const TARGET = `targets:
  - { id: hit-rate, title: hit rate > 85 %, arm: pooled, metric: hitRate, compare: absolute, is: ">", limit: 0.85 }
deterministic:
  pooled: [connectionsOpened]
`;

interface Outcome {
  readonly hitRate?: number;
  readonly connectionsOpened?: number;
  readonly agree?: boolean;
  readonly complete?: boolean;
  readonly launches?: number;
  readonly disturbed?: boolean;
}

/** What the runner would have measured: every launch alike. */
function measurement(loaded: LoadedScenario, outcome: Outcome = {}): ScenarioMeasurement {
  const {
    hitRate = 0.9,
    connectionsOpened = 16,
    agree = true,
    complete = true,
    launches = 12,
    disturbed = false,
  } = outcome;
  const { scenario } = loaded;
  const client = 16;
  const check = { id: 'accepted', arm: 'pooled', client, exchange: agree ? client : client + 1 };
  return {
    name: scenario.name,
    question: scenario.question,
    hash: loaded.hash,
    source: loaded.file,
    resolved: loaded.resolved,
    scenario,
    complete,
    leases: 'exclusive',
    arms: Object.fromEntries(
      Object.entries(scenario.arms).map(([name, { stack, driver, role }]) => [
        name,
        {
          stack,
          driver,
          role,
          launches,
          metrics: { hitRate, connectionsOpened },
          warmUp: null,
          errors: {},
          acquires: null,
          setupPartsMs: null,
        },
      ]),
    ),
    deterministic: scenario.deterministic,
    witness: { agree, checks: [{ ...check, remainder: agree ? 0 : 1, agree, identity: 'accepted = opened' }] },
    faults: [],
    pairs: Array.from({ length: launches }, (_, pair) => ({
      pair,
      arm: 'pooled',
      control: 'unpooled',
      metric: 'responseTimeMs.p50',
      blocks: [[100 + pair / 100, 300]],
    })),
    launches: Array.from({ length: launches }, (_, launch) => ({
      launch,
      arm: 'pooled',
      metric: 'hitRate',
      value: hitRate,
    })),
    machine: ['unpooled', 'pooled'].map((arm) => {
      const lateMs = disturbed ? 80 : 1;
      return { pair: 0, block: 0, arm, cpuMs: 0.4, echoMs: 0.02, lateMs, stolen: 0, disturbed };
    }),
    warnings: loaded.warnings,
  };
}

function measuring(outcome: Outcome = {}): void {
  runner.runScenarios.mockImplementation((options) => {
    const scenarios = options.scenarios.map((loaded) => measurement(loaded, outcome));
    for (const scenario of scenarios) {
      options.onProgress({
        scenario: scenario.name,
        pair: 0,
        pairs: 12,
        arm: 'pooled',
        position: [1, scenarios.length],
      });
      options.onMeasured?.(scenario);
    }
    return Promise.resolve({ scenarios, pinning: null, complete: outcome.complete ?? true });
  });
}

let world: TestWorld;
beforeEach(async () => {
  world = new TestWorld(await mkdtemp(join(tmpdir(), 'mp-bench-cli-')));
  world.env['MP_BENCH_SCENARIOS'] = '.';
  world.env['MP_BENCH_BASELINES'] = 'baselines';
  await writeFile(join(world.cwd, 'small.yaml'), SMALL + TARGET);
  measuring();
});
afterEach(() => rm(world.cwd, { recursive: true }));

const askedFor = (): RunOptions => {
  const options = runner.runScenarios.mock.lastCall?.[0];
  if (!options) throw new Error('the runner was not called');
  return options;
};

describe('mp-bench run', () => {
  it('runs every scenario when none is named, prints the verdict, and leaves record and report', async () => {
    const { code, stdout } = await world.run('run');
    expect(code).toBe(0);
    expect(stdout).toContain('PASS: 1 target held.');
    expect(stdout).toContain('Repeat: mp-bench run --seed 1\n');
    const [runId = ''] = await readdir(join(world.cwd, 'reports'));
    expect(runId).toMatch(/^\d{8}-\d{6}-[0-9a-f]{4}$/);
    expect(await readdir(join(world.cwd, 'reports', runId))).toEqual(['record.json', 'report.md']);
    expect(stdout).toContain(`Record: reports/${runId}/record.json\n`);
    expect(world.listeners).toBe(0);
  });

  it('leaves out what is run only by name, unless it is named', async () => {
    const other = SMALL.replace(/^name: .*$/m, 'name: other\nonlyByName: true');
    await writeFile(join(world.cwd, 'other.yaml'), other + TARGET);
    await world.run('run');
    expect(askedFor().scenarios.map(({ scenario }) => scenario.name)).toEqual(['small']);
    await world.run('run', 'other');
    expect(askedFor().scenarios.map(({ scenario }) => scenario.name)).toEqual(['other']);
  });

  it('refuses rules that no venue has or the link would decide', async () => {
    const refusals = [
      ['rules={ maxAge: 1 }', 78, 'no rule maxAge; there are: banMs,'],
      ['timeScale=0.001', 78, 'rule pingEveryMs would be 20 ms: shorter than'],
    ] as const;
    runner.runScenarios.mockClear();
    for (const [set, expected, told] of refusals) {
      const { code, stderr } = await world.run('run', '--set', set);
      expect([code, stderr]).toEqual([expected, expect.stringContaining(told)]);
    }
    expect(runner.runScenarios).not.toHaveBeenCalled();
  });

  it('is contaminated, with exit code 96, when the machine was disturbed, and fails nothing then', async () => {
    measuring({ disturbed: true });
    const { code, stdout } = await world.run('run');
    expect([code, stdout]).toEqual([96, expect.stringContaining('disturbed in 2 of 2 turns')]);
    measuring({ disturbed: true, hitRate: 0.1 });
    expect((await world.run('run')).code).toBe(96);
  });

  it('has a scenario extended while a target is open, and never for one that is settled', async () => {
    const open = async (outcome: Outcome): Promise<boolean | undefined> => {
      await world.run('run', 'small');
      const { isOpen, scenarios } = askedFor();
      const [loaded] = scenarios;
      return loaded && isOpen?.(measurement(loaded, outcome));
    };
    expect(await open({ launches: 3 })).toBe(true);
    expect(await open({ launches: 12 })).toBe(false);
    expect(await open({ launches: 12, hitRate: 0.1 })).toBe(false);
  });

  it('prints the record, and only that, with --json', async () => {
    const { stdout } = await world.run('run', 'small', '--json', '--quick', '--seed', '7', '--set', 'pool.max=24');
    const record = JSON.parse(stdout) as RunRecord;
    expect(record).toMatchObject({
      schemaVersion: 1,
      seed: 7,
      quick: true,
      overrides: { 'pool.max': '24' },
      command: 'mp-bench run small --json --quick --seed 7 --set pool.max=24',
      verdict: 'pass',
      tool: { name: 'mp-bench', version: '0.1.0' },
    });
    expect(record.scenarios[0]?.resolved).toMatchObject({ pool: { max: 24 }, sampling: { pairs: 6 } });
    expect(record.scenarios[0]).not.toHaveProperty('scenario');
    expect(record.scenarios[0]).not.toHaveProperty('complete');
    expect(JSON.parse(await readFile(join(world.cwd, 'reports', record.runId, 'record.json'), 'utf8'))).toEqual(record);
  });

  it.each([
    ['a target is missed', { hitRate: 0.5 }, [], 99, 'FAIL'],
    ['the witnesses disagree', { agree: false }, [], 96, 'INVALID'],
    ['the witnesses disagree and a target is missed', { agree: false, hitRate: 0.5 }, [], 96, 'INVALID'],
    ['it is inconclusive', { launches: 2 }, [], 0, 'INCONCLUSIVE'],
    ['it is inconclusive, under --strict', { launches: 2 }, ['--strict'], 97, 'INCONCLUSIVE'],
    ['nothing was evaluated', { launches: 0 }, [], 95, 'EMPTY'],
  ] as const)('has its own exit code when %s', async (_, outcome, flags, code, word) => {
    measuring(outcome);
    const finished = await world.run('run', ...flags);
    expect(finished.code).toBe(code);
    expect(finished.stdout).toContain(`${word}: `);
  });

  it('warns with the command that makes a baseline when none fits', async () => {
    const { stdout } = await world.run('run', '--quick');
    expect(stdout).toContain('make one with: mp-bench baseline record day3 --stack day3 --role gate --quick');
  });

  it('fails when a count got worse than the gate baseline has it', async () => {
    expect((await world.run('baseline', 'record', 'day3', '--stack', 'day3')).code).toBe(0);
    expect((await world.run('run')).stdout).not.toContain('no gate baseline fits');
    measuring({ connectionsOpened: 17 });
    const worse = await world.run('run');
    expect(worse.code).toBe(99);
    expect(worse.stdout).toContain('16 → 17');
    expect((await world.run('run', '--baseline', 'day3')).code).toBe(99);
  });

  it('keeps what was measured before a later scenario broke', async () => {
    await writeFile(join(world.cwd, 'zlast.yaml'), SMALL.replace('name: small', 'name: zlast'));
    runner.runScenarios.mockImplementation(({ scenarios, onMeasured }) => {
      for (const loaded of scenarios.slice(0, 1)) onMeasured?.(measurement(loaded));
      return Promise.reject(new Error('the second one broke'));
    });
    const { code, stderr } = await world.run('run');
    expect(code).toBe(1);
    expect(stderr).toContain('the second one broke');
    expect(stderr).toContain('please report it');
    const [runId = ''] = await readdir(join(world.cwd, 'reports'));
    const text = await readFile(join(world.cwd, 'reports', runId, 'record.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ verdict: 'partial', scenarios: [{ name: 'small' }] });
    expect(world.listeners).toBe(0);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops at %s with a partial record, and ends at once at the second', async (signal, code) => {
    runner.runScenarios.mockImplementation(({ scenarios, signal: stop }) => {
      world.signal(signal);
      expect(stop.aborted).toBe(true);
      expect(world.exits).toEqual([]);
      world.signal(signal);
      return Promise.resolve({
        scenarios: scenarios.map((loaded) => measurement(loaded, { complete: false })),
        pinning: null,
        complete: false,
      });
    });
    const finished = await world.run('run');
    expect(finished.code).toBe(code);
    expect(finished.stdout).toContain('PARTIAL');
    expect(world.exits).toEqual([code]);
  });

  it('runs only the arms asked for, and always the control', async () => {
    const third = SMALL.replace('sampling:', '  default: { stack: day2, driver: default, role: test }\nsampling:');
    await writeFile(join(world.cwd, 'small.yaml'), third);
    const arms = (): string[] => Object.keys(askedFor().scenarios[0]?.scenario.arms ?? {});
    await world.run('run', '--arm', 'default');
    expect(arms()).toEqual(['unpooled', 'default']);
    await world.run('run', '--driver', 'pooled');
    expect(arms()).toEqual(['unpooled', 'pooled']);
    const gone = await world.run('run', '--driver', './clients/mine.js');
    expect(gone).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('./clients/mine.js: no such file') as string,
    });
    await mkdir(join(world.cwd, 'clients'));
    await writeFile(join(world.cwd, 'clients/mine.js'), '');
    await world.run('run', '--driver', './clients/mine.js');
    expect(arms()).toEqual(['unpooled', 'mine']);
    expect(askedFor().scenarios[0]?.scenario.arms['mine']?.driver).toBe('./clients/mine.js');
    const wrong = await world.run('run', '--arm', 'poold');
    expect(wrong).toMatchObject({ code: 64, stderr: 'small has no arm `poold` (did you mean `pooled`?)\n' });
  });

  it('shows progress on stderr as a terminal or a log takes it, or not at all', async () => {
    expect((await world.run('run')).stderr).toBe('[1/1] small, pair 1 of 12\n');
    expect((await world.run('run', '--no-progress')).stderr).toBe('');
    world.tty = true;
    const shown = await world.run('run');
    expect(shown.stderr).toBe('\r\u001b[2K[1/1] small, pair 1 of 12: pooled\r\u001b[2K');
    expect(shown.stdout).toContain('\u001b[32mPASS\u001b[39m');
    world.env['NO_COLOR'] = '1';
    expect((await world.run('run')).stdout).not.toContain('\u001b');
    world.env['CI'] = 'true';
    expect((await world.run('run')).stderr).toBe('[1/1] small, pair 1 of 12\n');
  });
});

describe('mp-bench baseline', () => {
  const recorded = (): Promise<{ code: number; stdout: string }> =>
    world.run('baseline', 'record', 'day3', '--stack', 'day3', '--no-progress');

  it('records, lists, shows, accepts and rolls back', async () => {
    expect((await recorded()).stdout).toMatch(/^day3: gate of day3, 1 scenario, 1 run, last .+\n/);
    const { stdout } = await world.run('run', '--json');
    const { runId } = JSON.parse(stdout) as RunRecord;
    expect((await world.run('baseline', 'accept', runId)).stdout).toContain('1 scenario, 2 runs');
    expect((await world.run('baseline', 'list')).stdout).toContain('2 runs');
    const shown = await world.run('baseline', 'show', 'day3');
    expect(shown.stdout).toContain('connectionsOpened = 16');
    expect(shown.stdout).toMatch(/responseTimeMs\.p50 = 0\.33\d* × unpooled/);
    expect(JSON.parse((await world.run('baseline', 'show', 'day3', '--json')).stdout)).toMatchObject({ name: 'day3' });
    expect((await world.run('baseline', 'rollback', 'day3')).stdout).toContain('1 run,');
  });

  it('is a reference by default for the lower stacks', async () => {
    const { stdout } = await world.run('baseline', 'record', 'day2', '--stack', 'day2');
    expect(stdout).toContain('day2: reference of day2');
  });

  it('does not store a run whose witnesses disagree', async () => {
    measuring({ agree: false });
    expect((await recorded()).code).toBe(96);
    expect((await world.run('baseline', 'list')).stdout).toBe('');
  });

  it('wants a name that can be a file, before it measures', async () => {
    runner.runScenarios.mockClear();
    expect((await world.run('baseline', 'record', '../day3', '--stack', 'day3')).code).toBe(78);
    expect(runner.runScenarios).not.toHaveBeenCalled();
  });

  it('is missed by its name', async () => {
    expect(await world.run('run', '--baseline', 'day4')).toMatchObject({ code: 78 });
    expect((await world.run('baseline', 'show', 'day4')).code).toBe(78);
    expect((await world.run('baseline', 'rollback', 'day4')).code).toBe(78);
  });
});

describe('mp-bench compare and report', () => {
  const runOnce = async (): Promise<string> => {
    const { runId } = JSON.parse((await world.run('run', '--json')).stdout) as RunRecord;
    return runId;
  };

  it('set two runs side by side, by their ids', async () => {
    const [a, b] = [await runOnce(), await runOnce()];
    const { code, stdout } = await world.run('compare', a, b);
    expect(code).toBe(0);
    expect(stdout).toContain(`# ${a} and ${b}`);
  });

  it('render the last run anew, or those named, beside them or elsewhere', async () => {
    const runId = await runOnce();
    const file = join(world.cwd, 'reports', runId, 'report.md');
    await rm(file);
    expect((await world.run('report')).stdout).toContain(`run ${runId}`);
    expect(await readFile(file, 'utf8')).toContain('# PASS');
    await world.run('report', join('reports', runId, 'record.json'), '--out', 'elsewhere');
    expect(await readdir(join(world.cwd, 'elsewhere', runId))).toEqual(['report.md']);
  });

  it('say when there is no record', async () => {
    expect(await world.run('report')).toMatchObject({ code: 78 });
    expect((await world.run('compare', 'a', 'b')).stderr).toContain('cannot be read (ENOENT)');
  });
});
