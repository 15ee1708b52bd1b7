import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/index.js';
import { SMALL } from '../scenario/fixture.js';
import { TestWorld } from './harness.js';

let world: TestWorld;
beforeAll(async () => {
  world = new TestWorld(await mkdtemp(join(tmpdir(), 'mp-bench-observe-')));
  await writeFile(join(world.cwd, 'small.yaml'), SMALL);
});
afterAll(() => rm(world.cwd, { recursive: true }));

const NODE = [process.execPath, '-e'];

describe('mp-bench observe', () => {
  it.each([
    [['--venue', 'binance'], "missing required argument 'command'"],
    [['--venue', 'binanse', '--', 'true'], 'there is no venue `binanse` (did you mean `binance`?)'],
    [['--', 'true'], 'no venue: give --venue, or a --scenario that has one'],
    [['--venue', 'binance', '--rtt', 'soon', '--', 'true'], 'expected a duration with its unit'],
    [['--venue', 'binance', '--endpoints', '17', '--', 'true'], 'expected a whole number from 1 to 16'],
    [['--venue', 'binance', '--', ''], 'cannot be started'],
  ])('is wrong usage, with exit code 64: %j', async (argv, text) => {
    const { code, stdout, stderr } = await world.run('observe', ...argv);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(text);
  });

  it('needs a scenario that is there', async () => {
    const { code, stderr } = await world.run('observe', '--scenario', './none.yaml', '--', 'true');
    expect(code).toBe(78);
    expect(stderr).toContain('none.yaml');
  });

  it('writes the record, with what can be seen from outside and nothing else, and repeats itself before --', async () => {
    const { code, stdout, stderr } = await world.run(
      'observe',
      '--venue',
      'binance',
      '--json',
      '--',
      ...NODE,
      '0',
      '--seed',
    );
    expect(code).toBe(0);
    const record = JSON.parse(stdout) as RunRecord;
    const [run = ''] = await readdir(join(world.cwd, 'reports'));
    expect(stderr).toContain(`Record: reports/${run}/record.json`);
    expect(JSON.parse(await readFile(join(world.cwd, 'reports', run, 'record.json'), 'utf8'))).toEqual(record);
    expect(record).toMatchObject({ verdict: 'empty', metricVersion: 1, warnings: [] });
    expect(record.command).toMatch(/^mp-bench observe --venue binance --json --seed 1 -- \S+ -e 0 --seed$/);
    // Rendered again later, it is still an observation and no verdict.
    const { stdout: again } = await world.run('report');
    expect(again).toContain('OBSERVED:');
    expect(again).not.toContain('EMPTY');
    const [scenario] = record.scenarios;
    expect(Object.keys(scenario?.arms ?? {})).toEqual(['observed']);
    expect(Object.keys(scenario?.arms['observed']?.metrics ?? {}).sort()).toEqual([
      'connectionsOpened',
      'faultsInjected',
      'handshakesFull',
      'handshakesResumed',
      'limitsBroken',
    ]);
    expect(world.listeners).toBe(0);
  });

  it('takes the venue and the faults of a scenario, and says when TLS is left out of it', async () => {
    const { code, stdout } = await world.run('observe', '--scenario', './small.yaml', '--', ...NODE, '0');
    expect(code).toBe(0);
    expect(stdout).toContain('Against binance, 2 endpoints, no TLS');
    expect(stdout).toContain('--tls gives it the same');
  });

  it('passes the first signal on and ends everything at the second', async () => {
    const deaf = `process.on('SIGINT', () => 0); process.on('SIGTERM', () => 0); setInterval(() => 0, 1000);`;
    const running = world.run('observe', '--venue', 'binance', '--no-progress', '--', ...NODE, deaf);
    await expect.poll(() => world.listeners, { timeout: 10_000 }).toBe(1);
    world.signal('SIGINT');
    world.signal('SIGINT');
    await running;
    expect(world.exits).toEqual([130]);
    expect(world.listeners).toBe(0);
  });
});
