import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../src/record/index.js';

/** Runs the built command as a process of its own, as a user would. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'bin/mp-bench.js');

const LONGEST_MS = 80_000;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Folders for the reports and the files of one test, removed when the test is over. */
export class Workplace implements Disposable {
  readonly out = mkdtempSync(join(tmpdir(), 'mp-bench-test-'));
  /** For what the test writes itself. */
  readonly files = mkdtempSync(join(tmpdir(), 'mp-bench-test-'));

  start(args: readonly string[]): ChildProcess {
    // Where the tests themselves are a step of GitHub Actions, its summary is not that of their runs.
    const env = { ...process.env, MP_BENCH_OUT: this.out, NO_COLOR: '1', GITHUB_STEP_SUMMARY: '' };
    // A command that hangs must not outlive its test: SIGTERM, as from a shell, takes its processes with it.
    const timeout = LONGEST_MS;
    return spawn(process.execPath, [BIN, ...args], { cwd: ROOT, env, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  run(args: readonly string[]): Promise<Finished> {
    return finished(this.start(args));
  }

  /** The record of the only run. */
  record(): RunRecord {
    const [run = ''] = readdirSync(this.out);
    return JSON.parse(readFileSync(join(this.out, run, 'record.json'), 'utf8')) as RunRecord;
  }

  [Symbol.dispose](): void {
    for (const folder of [this.out, this.files]) rmSync(folder, { recursive: true, force: true });
  }
}

export function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Ids of the processes that a process has started, and theirs. */
export function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const parent = parentOf(name);
      return parent === undefined ? [] : [{ pid: Number(name), parent }];
    });
  const found: number[] = [];
  for (const front = [pid]; front.length > 0;) {
    const next = front.pop();
    const children = parents.filter((one) => one.parent === next).map((one) => one.pid);
    found.push(...children);
    front.push(...children);
  }
  return found;
}

function parentOf(pid: string): number | undefined {
  try {
    // The name in parentheses may hold anything; the parent is the second field after it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
