import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/index.js';
import type { SiteInfo } from '../../src/exchange/protocol.js';
import { programEnvironment } from '../../src/observe/environment.js';
import { Program, type ProgramOptions } from '../../src/observe/program.js';
import { isAlive } from '../e2e/command.js';

const folder = mkdtempSync(join(tmpdir(), 'mp-bench-program-'));
afterAll(() => rmSync(folder, { recursive: true }));

function start(command: readonly string[], facts: Partial<ProgramOptions> = {}): Promise<Program> {
  const given = { command, cwd: folder, env: process.env, output: 2, clock: systemClock, graceMs: 20_000 };
  return Program.start({ ...given, ...facts });
}

const node = (code: string): string[] => [process.execPath, '-e', code];

async function appears(file: string): Promise<string> {
  const path = join(folder, file);
  await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8'), { timeout: 15_000 }).toBeTruthy();
  return readFileSync(path, 'utf8');
}

describe('a program under observation', () => {
  it('ends with its exit code, or with the signal that ended it', async () => {
    expect(await (await start(node('process.exit(7)'))).ended).toMatchObject({ exitCode: 7, signal: null });
    const crash = await start(node('process.kill(process.pid, "SIGABRT")'));
    expect(await crash.ended).toMatchObject({ exitCode: null, signal: 'SIGABRT' });
  });

  it('is wrong usage when there is none of that name, or none that may be run', async () => {
    const file = join(folder, 'plain.txt');
    writeFileSync(file, 'no program');
    chmodSync(file, 0o644);
    await expect(start(['no-such-program'])).rejects.toMatchObject({
      code: 'E_USAGE',
      message: '`no-such-program` cannot be started: there is no such command',
    });
    await expect(start([file])).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('it may not be executed'),
    });
  });

  it('takes what it has started with it', async () => {
    const program = await start(['sh', '-c', 'sleep 300 & echo $! > grandchild']);
    const grandchild = Number(await appears('grandchild'));
    await program.ended;
    await expect.poll(() => isAlive(grandchild), { timeout: 10_000 }).toBe(false);
  });

  it('is asked to end once, and only its first answer counts', async () => {
    const code = `let n = 0; process.on('SIGTERM', () => { n += 1; setTimeout(() => process.exit(n), 300); });
      setInterval(() => 0, 1000); require('fs').writeFileSync('ready', 'yes');`;
    const program = await start(node(code));
    await appears('ready');
    program.askToEnd('SIGTERM');
    program.askToEnd('SIGTERM');
    expect(await program.ended).toMatchObject({ exitCode: 1 });
    expect(program.killed).toBe(false);
    program.askToEnd('SIGTERM');
    program.kill();
  });

  it('is killed when it does not end within its grace', async () => {
    const code = `process.on('SIGTERM', () => 0); setInterval(() => 0, 1000); require('fs').writeFileSync('deaf', 'yes');`;
    const program = await start(node(code), { graceMs: 50 });
    await appears('deaf');
    program.askToEnd('SIGTERM');
    expect(await program.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(program.killed).toBe(true);
  });
});

describe('the environment of a program', () => {
  const site: SiteInfo = {
    id: 's',
    endpoints: [1, 2].map((port) => ({
      venue: 'binance',
      name: `endpoint-${port}`,
      rest: `http://127.0.0.1:${port}`,
      ws: `ws://127.0.0.1:${port}`,
    })),
    ca: null,
    symbols: { binance: ['A', 'B'] },
    dns: null,
  };

  it('has the first endpoint and all of them, and keeps what was there', () => {
    expect(programEnvironment({ HOME: '/home' }, site, null)).toEqual({
      HOME: '/home',
      MP_BENCH_REST_URL: 'http://127.0.0.1:1',
      MP_BENCH_WS_URL: 'ws://127.0.0.1:1',
      MP_BENCH_REST_URLS: 'http://127.0.0.1:1,http://127.0.0.1:2',
      MP_BENCH_WS_URLS: 'ws://127.0.0.1:1,ws://127.0.0.1:2',
      MP_BENCH_SYMBOLS: 'A,B',
    });
  });

  it('names the authority’s file with TLS only, whatever it inherited', () => {
    expect(programEnvironment({ MP_BENCH_CA: 'old' }, site, null)).not.toHaveProperty('MP_BENCH_CA');
    expect(programEnvironment({ MP_BENCH_CA: 'old' }, site, '/tmp/ca.pem')).toMatchObject({
      MP_BENCH_CA: '/tmp/ca.pem',
    });
  });
});
