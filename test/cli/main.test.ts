import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MpBenchError } from '../../src/base/index.js';
import { commandLine } from '../../src/cli/command-line.js';
import { problemLine, reportError } from '../../src/cli/errors.js';
import { exitCodeOfError, exitCodeOfRun } from '../../src/cli/exit-codes.js';
import { SMALL } from '../scenario/fixture.js';
import { TestWorld } from './harness.js';

let world: TestWorld;
beforeAll(async () => {
  world = new TestWorld(await mkdtemp(join(tmpdir(), 'mp-bench-main-')));
});
afterAll(() => rm(world.cwd, { recursive: true }));

describe('the command line', () => {
  it.each([
    [['rnu'], "unknown command 'rnu'\n(Did you mean run?)"],
    [['run', '--quik'], "unknown option '--quik'\n(Did you mean --quick?)"],
    [['run', '--seed', 'x'], 'expected a whole number from 0'],
    [['run', '--set', 'pool.max'], 'expected path=value'],
    [['baseline', 'record', 'day3'], "required option '--stack <stack>' not specified"],
    [['baseline', 'record', 'day3', '--stack', 'day4'], 'Allowed choices are day1, day2, day3'],
    [['compare', 'a'], "missing required argument 'b'"],
    [['list', 'x'], 'too many arguments'],
    [[], 'Usage: mp-bench'],
  ])('is wrong usage, on stderr, with exit code 64: %j', async (argv, text) => {
    const { code, stdout, stderr } = await world.run(...argv);
    expect(code).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toContain(text);
  });

  it('helps on stdout and ends well', async () => {
    const { code, stdout, stderr } = await world.run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot('../golden/help.txt');
    await expect((await world.run('run', '--help')).stdout).toMatchFileSnapshot('../golden/help-run.txt');
  });

  it('knows its version', async () => {
    expect(await world.run('--version')).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('takes no seed from the environment that is none', async () => {
    world.env['MP_BENCH_SEED'] = 'many';
    expect(await world.run('list')).toMatchObject({
      code: 78,
      stderr: 'MP_BENCH_SEED=many: expected a whole number from 0\n',
    });
    delete world.env['MP_BENCH_SEED'];
  });
});

describe('scenarios on the command line', () => {
  it('are listed with their questions', async () => {
    const { code, stdout } = await world.run('list');
    expect(code).toBe(0);
    for (const name of ['failover', 'rest-burst', 'rest-polling', 'stream-subscribe']) expect(stdout).toContain(name);
    expect(stdout).toContain('how long is data missing');
  });

  it('are validated without being run', async () => {
    const { code, stdout, stderr } = await world.run('validate', 'rest-burst', 'stream-subscribe');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^rest-burst \([0-9a-f]{12}\): [\d,]+ requests, about .+; at most 6 connections; launches: day1 7/,
    );
    expect(stdout.split('\n')).toHaveLength(3);
  });

  it('are refused with file, line and column, all problems of all files at once', async () => {
    await writeFile(join(world.cwd, 'a.yaml'), SMALL.replace('venue: binance', 'venue: binanse'));
    await writeFile(join(world.cwd, 'b.yaml'), SMALL.replace('endpoints: 2', 'endpoints: 0'));
    const { code, stderr } = await world.run('validate', './a.yaml', './b.yaml', 'rest-poling');
    expect(code).toBe(78);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^there is no scenario `rest-poling` .* \(did you mean `rest-polling`\?\)$/),
      'a.yaml:3:8 `venue`: expected binance, binance-usdm, okx, deribit, bybit, coinbase, got "binanse" (did you mean `binance`?)',
      'b.yaml:4:12 `endpoints`: expected at least 1, got 0',
      '',
    ]);
  });

  it('have a schema for editors', async () => {
    expect(JSON.parse((await world.run('schema')).stdout)).toMatchObject({
      type: 'object',
      additionalProperties: false,
    });
  });
});

describe('errors', () => {
  it('have one exit code each', () => {
    expect(exitCodeOfError('E_USAGE')).toBe(64);
    expect(exitCodeOfError('E_RECORD')).toBe(78);
    expect(exitCodeOfError('E_NOTHING_EVALUATED')).toBe(95);
    expect(exitCodeOfError('E_ARM')).toBe(1);
    expect(exitCodeOfRun('contaminated', { strict: false, stoppedBy: null })).toBe(96);
    expect(exitCodeOfRun('fail', { strict: false, stoppedBy: 'SIGTERM' })).toBe(143);
    expect(exitCodeOfRun('partial', { strict: false, stoppedBy: null })).toBe(1);
  });

  it('are shown without a stack when they are expected, and with one when not', () => {
    let shown = '';
    const stderr = { write: (text: string) => (shown += text), isTTY: false, columns: 80 };
    expect(reportError(new MpBenchError('E_CONFIGURATION', 'no good'), stderr)).toBe(78);
    expect(shown).toBe('no good\n');
    expect(reportError(new TypeError('oops'), stderr)).toBe(1);
    expect(shown).toMatch(/TypeError: oops\n +at [^]*please report it/);
    expect(reportError('thrown text', stderr)).toBe(1);
  });

  it('name place, message and hint in one line', () => {
    expect(problemLine({ message: 'm' })).toBe('m');
    expect(problemLine({ message: 'm', location: { file: 'f' }, hint: 'h' })).toBe('f m (h)');
    expect(problemLine({ message: 'm', location: { file: 'f', line: 2, column: 3 } })).toBe('f:2:3 m');
  });
});

describe('the command that repeats a run', () => {
  it('has the seed, and quotes what a shell would split', () => {
    expect(commandLine(['run', 'a'], 1)).toBe('mp-bench run a --seed 1');
    expect(commandLine(['run', '--seed=7'], 7)).toBe('mp-bench run --seed=7');
    expect(commandLine(['run', '--set', "question=It's"], 1)).toBe(
      String.raw`mp-bench run --set 'question=It'\''s' --seed 1`,
    );
  });
});
