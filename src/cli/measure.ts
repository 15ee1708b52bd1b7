import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '../base/index.js';
import { type RunRecord, withFindings, writeRecord, writeWhole } from '../record/index.js';
import { renderMarkdown } from '../report/index.js';
import { type RunMeasurement, runScenarios, type ScenarioMeasurement } from '../runner/index.js';
import type { LoadedScenario, Override } from '../scenario/index.js';
import { EXIT } from './exit-codes.js';
import type { Io, StopSignal } from './io.js';
import { type Baselines, isOpen, judgeRun, type RunIdentity, type Rules } from './judge.js';
import { progressOn } from './progress.js';
import { packageVersion } from './version.js';
import { watchMachine } from './watch-machine.js';

export interface MeasureRequest {
  readonly scenarios: readonly LoadedScenario[];
  readonly seed: number;
  readonly quick: boolean;
  readonly overrides: readonly Override[];
  readonly baselines: Baselines;
  readonly command: string;
  /** The command that repeats one scenario alone, by its file. */
  readonly commandOf: (file: string) => string;
  readonly progress: boolean;
  /** Directory under which the run gets its own. */
  readonly out: string;
}

export interface MeasuredRun {
  readonly record: RunRecord;
  readonly file: string;
  readonly stoppedBy: StopSignal | null;
}

/**
 * Runs scenarios, judges them, and writes record.json and report.md, after each scenario and at the end. The first
 * signal stops the run and leaves a partial record; a second one ends the process at once.
 */
export async function measure(io: Io, request: MeasureRequest): Promise<MeasuredRun> {
  const startMs = systemClock.now();
  const { scenarios, baselines } = request;
  const rules: Rules = { identity: identityOf(request), baselines, scenarios };
  const findings = await watchMachine(io, request);
  const stop = stopOnSignal(io);
  const took = new Map<string, number>();
  const record = (measured: RunMeasurement): RunRecord => {
    const judged = judgeRun(measured, rules, Math.round(systemClock.now() - startMs));
    return withFindings(withCommands(judged, request, took), findings());
  };
  const progress = progressOn(io, request.progress);
  const soFar: ScenarioMeasurement[] = [];
  let written: Promise<unknown> = Promise.resolve();
  let sinceMs = systemClock.now();
  // What is measured is safe from what goes wrong later.
  const onMeasured = (scenario: ScenarioMeasurement): void => {
    soFar.push(scenario);
    const nowMs = systemClock.now();
    took.set(scenario.source, Math.round(nowMs - sinceMs));
    sinceMs = nowMs;
    if (soFar.length === request.scenarios.length) return;
    const measured = { scenarios: [...soFar], pinning: null, complete: false };
    written = written.then(() => writeRun(request.out, record(measured)));
  };
  try {
    const measured = await runScenarios({
      scenarios,
      seed: request.seed,
      signal: stop.signal,
      isOpen: (scenario) => isOpen(scenario, rules),
      onProgress: progress.show,
      onMeasured,
    });
    await written;
    const final = record(measured);
    return { record: final, file: await writeRun(request.out, final), stoppedBy: stop.stoppedBy() };
  } finally {
    await written.catch(() => undefined);
    progress.done();
    stop.end();
  }
}

// How each scenario is run again, and how long it took.
function withCommands(record: RunRecord, { commandOf }: MeasureRequest, took: ReadonlyMap<string, number>): RunRecord {
  const scenarios = record.scenarios.map((scenario) => {
    const durationMs = took.get(scenario.source);
    return Object.assign(
      {},
      scenario,
      { command: commandOf(scenario.source) },
      durationMs !== undefined && { durationMs },
    );
  });
  return { ...record, scenarios };
}

async function writeRun(out: string, record: RunRecord): Promise<string> {
  const file = await writeRecord(out, record);
  await writeWhole(join(out, record.runId, 'report.md'), renderMarkdown(record));
  return file;
}

function identityOf({ seed, quick, overrides, command }: MeasureRequest): RunIdentity {
  const startedAt = new Date(Date.now()).toISOString();
  const stamp = startedAt.replaceAll(/[-:]|\..*/g, '').replace('T', '-');
  return {
    version: packageVersion(),
    runId: `${stamp}-${randomBytes(2).toString('hex')}`,
    startedAt,
    seed,
    quick,
    overrides: Object.fromEntries(overrides.map(({ path, text }) => [path, text])),
    command,
  };
}

interface Stop {
  readonly signal: AbortSignal;
  readonly stoppedBy: () => StopSignal | null;
  readonly end: () => void;
}

function stopOnSignal(io: Io): Stop {
  const controller = new AbortController();
  let first: StopSignal | null = null;
  const end = io.onSignal((signal) => {
    if (first) {
      io.exit(EXIT[signal]);
      return;
    }
    first = signal;
    io.stderr.write(`\n${signal}: stopping; once more to end at once\n`);
    controller.abort(new Error(signal));
  });
  return { signal: controller.signal, stoppedBy: () => first, end };
}
