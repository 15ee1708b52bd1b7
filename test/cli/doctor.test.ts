import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExamineOptions, Finding, Severity } from '../../src/doctor/index.js';
import type { RunRecord } from '../../src/record/index.js';
import type { RunMeasurement } from '../../src/runner/index.js';
import { SMALL } from '../scenario/fixture.js';
import { TestWorld } from './harness.js';

type Examine = (options: ExamineOptions) => Promise<readonly Finding[]>;
const fakes = vi.hoisted(() => ({
  examine: vi.fn<Examine>(),
  examineQuickly: vi.fn<Examine>(),
  watch: vi.fn<() => () => readonly Finding[]>(),
}));
vi.mock('../../src/doctor/index.js', async (original) => ({ ...(await original<object>()), ...fakes }));
const runner = vi.hoisted(() => ({ runScenarios: vi.fn<() => Promise<RunMeasurement>>() }));
vi.mock('../../src/runner/index.js', () => runner);

const finding = (id: string, severity: Severity): Finding => ({
  id,
  severity,
  value: 1,
  unit: 'things',
  measured: '1 thing',
  effect: 'it hurts',
  remedy: 'stop it',
});

let world: TestWorld;
beforeEach(async () => {
  world = new TestWorld(await mkdtemp(join(tmpdir(), 'mp-bench-doctor-')));
  world.env['MP_BENCH_SCENARIOS'] = '.';
  world.env['MP_BENCH_BASELINES'] = 'baselines';
  await writeFile(join(world.cwd, 'small.yaml'), SMALL);
});
afterEach(() => rm(world.cwd, { recursive: true }));

describe('mp-bench doctor', () => {
  it.each([
    [['ok', 'note', 'warn'], 0, 'warn'],
    [['ok', 'bad', 'note'], 96, 'bad'],
    [[], 0, 'ok'],
  ] as const)('that found %j exits with %i', async (severities, code, worst) => {
    fakes.examine.mockResolvedValue(severities.map((severity) => finding(severity, severity)));
    const finished = await world.run('doctor', '--json');
    expect(finished).toMatchObject({ code, stderr: '' });
    expect(JSON.parse(finished.stdout)).toMatchObject({ worst });
    expect((await world.run('doctor')).code).toBe(code);
  });

  it('prints one JSON line with tool, worst and an environment as a record has it', async () => {
    fakes.examine.mockResolvedValue([finding('steal', 'note')]);
    const { stdout } = await world.run('doctor', '--json');
    expect(stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({
      tool: { name: 'mp-bench', version: '0.1.0' },
      worst: 'note',
      environment: {
        fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
        node: process.version,
        cpu: expect.any(String),
        cores: expect.any(Number),
        os: expect.any(String),
        memoryMb: expect.any(Number),
        pinning: expect.toSatisfy((value: unknown) => value === null || typeof value === 'object'),
        findings: [finding('steal', 'note')],
      },
    });
  });

  it('compares with what the scenarios need, and with the place of the reports', async () => {
    fakes.examine.mockResolvedValue([]);
    await world.run('doctor');
    const [asked] = fakes.examine.mock.lastCall ?? [];
    expect(asked?.out).toBe(join(world.cwd, 'reports'));
    expect(asked?.needs).toMatchObject({
      openFiles: { scenario: 'small', count: expect.any(Number) },
      dialsAtOnce: { scenario: 'small' },
      dialsAMinute: { scenario: 'small' },
    });
    const { openFiles, dialsAtOnce } = asked?.needs ?? {};
    expect(openFiles?.count).toBeGreaterThan(dialsAtOnce?.count ?? Number.NaN);
  });

  it('looks at the machine when the scenarios are broken, and says so', async () => {
    await writeFile(join(world.cwd, 'small.yaml'), 'name: 5');
    fakes.examine.mockResolvedValue([finding('cores', 'note')]);
    const { code, stdout, stderr } = await world.run('doctor');
    expect({ code, told: stderr }).toEqual({ code: 0, told: expect.stringContaining('mp-bench validate') });
    expect(stdout).toContain('note  cores');
    expect(fakes.examine.mock.lastCall?.[0].needs).toBeNull();
  });

  it('does not know other words', async () => {
    expect((await world.run('doctor', 'strange')).code).toBe(64);
  });
});

describe('mp-bench run', () => {
  beforeEach(() => {
    fakes.examineQuickly.mockResolvedValue([finding('open-files', 'bad'), finding('governor', 'warn')]);
    fakes.watch.mockReturnValue(() => [finding('steal', 'warn')]);
    runner.runScenarios.mockResolvedValue({ scenarios: [], pinning: null, complete: true });
  });

  it('records what was found at its start and meanwhile, in record and report', async () => {
    const record = JSON.parse((await world.run('run', '--json', '--no-progress')).stdout) as RunRecord;
    expect(record.environment.findings?.map(({ id }) => id)).toEqual(['open-files', 'governor', 'steal']);
    expect(record.schemaVersion).toBe(1);
    const report = await readFile(join(world.cwd, 'reports', record.runId, 'report.md'), 'utf8');
    expect(report).toContain('## Machine\n\n- bad, open-files: 1 thing. It hurts. → stop it\n');
    expect(report).toContain('- warn, steal: 1 thing.');
  });

  it('says at once what will spoil it, unless nothing is to be said', async () => {
    const { stderr } = await world.run('run');
    expect(stderr).toBe('this machine, open-files: 1 thing\n  it hurts\n  → stop it\n');
    expect((await world.run('run', '--no-progress')).stderr).toBe('');
  });
});
