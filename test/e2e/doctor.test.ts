import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/record/index.js';
import { finished, Workplace } from './command.js';

interface Told {
  readonly worst: string;
  readonly environment: Environment;
}

/** Keeps a core busy until it is disposed of. */
function busyProcess(): Disposable & { readonly pid: number | undefined } {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  return { pid: child.pid, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

describe('mp-bench doctor, as a process', () => {
  it('looks at this machine: one line of JSON, or a page of 80 columns, and the exit code of the worst', async () => {
    using place = new Workplace();
    const { code, stdout, stderr } = await place.run(['doctor', '--json']);
    const { worst, environment } = JSON.parse(stdout) as Told;
    expect({ code, stderr }).toEqual({ code: worst === 'bad' ? 96 : 0, stderr: '' });
    const findings = environment.findings ?? [];
    expect(findings.find(({ id }) => id === 'loopback')?.measured).toMatch(/^127\.0\.0\.1: \d/);
    const page = await place.run(['doctor']);
    expect(Math.max(...page.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const { id } of findings) expect(page.stdout).toMatch(new RegExp(`^(ok|note|warn|bad) +${id} `, 'm'));
  });

  it('ends as always when nobody reads what it says', async () => {
    using place = new Workplace();
    const child = place.start(['doctor']);
    child.stdout?.destroy();
    const { code, stderr } = await finished(child);
    expect([0, 96]).toContain(code);
    expect(stderr).toBe('');
  });

  it.runIf(process.platform === 'linux')('names a program that keeps a core busy', async () => {
    using place = new Workplace();
    using busy = busyProcess();
    expect(busy.pid).toBeGreaterThan(0);
    const { stdout } = await place.run(['doctor', '--json']);
    const load = (JSON.parse(stdout) as Told).environment.findings?.find(({ id }) => id === 'other-load');
    expect(load?.severity).not.toBe('ok');
    expect(load?.value).toBeGreaterThan(2);
  });
});
