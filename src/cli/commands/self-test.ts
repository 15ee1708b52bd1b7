import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../record/index.js';
import { renderSelfTest } from '../../report/self-test.js';
import {
  type CaseResult,
  CASES,
  countsScenario,
  holds,
  isDisturbed,
  outcomeOf,
  PLANT_VARIABLE,
  type SelfTestCase,
  summarize,
  timingScenario,
} from '../../self-test/index.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { reportPlace, shownPath } from '../lookup.js';

export interface SelfTestFlags {
  readonly runs: number;
  readonly json: boolean;
  readonly seed: number;
  readonly out?: string;
  readonly progress: boolean;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs `mp-bench` with these arguments in a process of its own. */
type Program = (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<Ended>;

/**
 * `mp-bench self-test`: does the gate find what is planted, and nothing where nothing is? Every case is a run of the whole
 * program, in a process of its own, against scenarios of its own.
 */
export async function selfTest(io: Io, flags: SelfTestFlags): Promise<number> {
  const place = join(reportPlace(io, flags.out), 'self-test');
  await mkdir(place, { recursive: true });
  const driver = fileURLToPath(new URL('../../self-test/plant.js', import.meta.url));
  await writeFile(join(place, 'self-test-timing.yaml'), timingScenario(driver));
  await writeFile(join(place, 'self-test-counts.yaml'), countsScenario(driver));
  const stop = new AbortController();
  const end = io.onSignal((signal) => stop.abort(signal));
  const program = programIn(place, stop.signal);
  try {
    const baseline = ['--stack', 'day3', '--role', 'gate', '--scenario', 'self-test-counts', '--seed', `${flags.seed}`];
    const recorded = await program(['baseline', 'record', 'self-test', ...baseline, '--no-progress'], {});
    if (recorded.code !== EXIT.ok)
      io.stderr.write(`the baseline of the self-test was not recorded (${recorded.code})\n`);
    const results: CaseResult[] = [];
    for (const one of CASES) {
      if (stop.signal.aborted) break;
      results.push(await runCase(io, one, { flags, program, place }));
    }
    if (stop.signal.aborted) return EXIT[stop.signal.reason as 'SIGINT' | 'SIGTERM'];
    return told(io, results, flags.json);
  } finally {
    end();
  }
}

interface Running {
  readonly flags: SelfTestFlags;
  readonly program: Program;
  readonly place: string;
}

async function runCase(io: Io, one: SelfTestCase, { flags, program, place }: Running): Promise<CaseResult> {
  const times = one.repeated ? flags.runs : 1;
  const outcomes: CaseResult['outcomes'][number][] = [];
  for (let run = 1; run <= times; run += 1) {
    if (flags.progress) io.stderr.write(`${one.title}: run ${run} of ${times}\n`);
    // Counts are compared run by run, and repeat only with their seed.
    const seed = one.scenario === 'self-test-counts' ? flags.seed : flags.seed + run - 1;
    const args = ['run', one.scenario, '--json', '--no-progress', '--seed', `${seed}`, ...one.flags];
    const { code, stdout } = await program(args, one.plant ? { [PLANT_VARIABLE]: one.plant } : {});
    const record = recordOf(stdout);
    const outcome = outcomeOf(one, code, record);
    outcomes.push(outcome);
    if (outcome === 'wrong' && record)
      io.stderr.write(`not as expected (exit ${code}): ${shownPath(io.cwd, join(place, record.runId))}\n`);
  }
  return { case: one, outcomes };
}

function told(io: Io, results: readonly CaseResult[], json: boolean): number {
  const cases = results.map(summarize);
  const held = holds(cases);
  const disturbed = isDisturbed(cases);
  io.stdout.write(json ? `${JSON.stringify({ held, cases })}\n` : renderSelfTest(cases));
  if (cases.some(({ wrong }) => wrong > 0)) return EXIT.failed;
  if (disturbed) return EXIT.spoiled;
  return held ? EXIT.ok : EXIT.failed;
}

function recordOf(stdout: string): RunRecord | null {
  try {
    return JSON.parse(stdout) as RunRecord;
  } catch {
    return null;
  }
}

function programIn(place: string, signal: AbortSignal): Program {
  const bin = fileURLToPath(new URL('../../../bin/mp-bench.js', import.meta.url));
  const own = { MP_BENCH_SCENARIOS: place, MP_BENCH_BASELINES: place, MP_BENCH_OUT: place };
  return (args, env) =>
    new Promise((resolve) => {
      const options = { cwd: place, env: { ...process.env, ...own, ...env }, maxBuffer: 2 ** 28, signal };
      execFile(process.execPath, [bin, ...args], options, (error, stdout) => {
        const code = error === null ? 0 : error.code;
        resolve({ code: typeof code === 'number' ? code : null, stdout });
      });
    });
}
