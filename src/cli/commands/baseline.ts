import { dirname } from 'node:path';
import { MpBenchError } from '../../base/index.js';
import {
  acceptRecord,
  type Baseline,
  baselineFromRecords,
  baselinePath,
  type BaselineRole,
  listBaselines,
  locateBaseline,
  rollback,
  type Stack,
  writeBaseline,
} from '../../baseline/index.js';
import { readRecord } from '../../record/index.js';
import { plural } from '../../report/format.js';
import { commandLine, scenarioCommand } from '../command-line.js';
import { EXIT, exitCodeOfRun } from '../exit-codes.js';
import type { Io } from '../io.js';
import { loadScenarios } from '../load-scenarios.js';
import { baselinePlaces, recordPath, reportPlace, scenarioArgument, shownPath } from '../lookup.js';
import { measure } from '../measure.js';
import { recordTable } from '../record-table.js';

export interface RecordFlags {
  readonly stack: Stack;
  readonly role?: BaselineRole;
  readonly quick: boolean;
  readonly seed: number;
  readonly scenario: readonly string[];
  readonly out?: string;
  readonly progress: boolean;
}

/** `mp-bench baseline record`: runs the scenarios and stores what one stack did in them. */
export async function recordBaseline(
  io: Io,
  argv: readonly string[],
  name: string,
  flags: RecordFlags,
): Promise<number> {
  const { stack, quick, seed, progress } = flags;
  const [directory] = baselinePlaces(io);
  // A name that cannot be one is told before minutes are spent.
  baselinePath(directory, name);
  const scenarios = await loadScenarios(io, { names: flags.scenario, quick, overrides: [] });
  const out = reportPlace(io, flags.out);
  const command = commandLine(argv, seed);
  const all = { quick, seed, set: [], arm: [], driver: [], baseline: [] };
  const commandOf = (file: string): string => scenarioCommand(scenarioArgument(io, file), all);
  const baselines = { named: [] };
  const request = { scenarios, seed, quick, overrides: [], baselines, command, commandOf, progress, out };
  const { record, file, stoppedBy } = await measure(io, request);
  if (stoppedBy !== null || record.verdict === 'invalid' || record.verdict === 'contaminated') {
    io.stderr.write(recordTable(io, record, file));
    return exitCodeOfRun(record.verdict, { strict: false, stoppedBy });
  }
  const role = flags.role ?? (stack === 'day3' ? 'gate' : 'reference');
  const { baseline, skipped } = baselineFromRecords([record], { name, role, stack });
  return stored(io, await writeBaseline(directory, baseline), baseline, skipped);
}

/** `mp-bench baseline accept`: adds a record to a gate baseline, or begins one with it. */
export async function acceptBaseline(
  io: Io,
  given: string,
  { name, stack }: { readonly name: string; readonly stack: Stack },
): Promise<number> {
  const record = await readRecord(recordPath(io, given));
  const places = baselinePlaces(io);
  const existing = (await listBaselines(places)).find((listed) => listed.name === name);
  if (existing?.problem !== undefined) await locateBaseline(places, name);
  const { baseline, skipped } = acceptRecord(record, existing?.baseline, { name, stack });
  return stored(io, await writeBaseline(places[0], baseline), baseline, skipped);
}

/** `mp-bench baseline list`. */
export async function listBaselineFiles(io: Io): Promise<number> {
  const listed = await listBaselines(baselinePlaces(io));
  if (listed.length === 0) io.stderr.write('there is no baseline; make one with: mp-bench baseline record\n');
  for (const { name, path, baseline, problem } of listed)
    io.stdout.write(
      `${baseline ? summary(baseline) : `${name}: ${problem ?? 'cannot be read'}`}\n  ${shownPath(io.cwd, path)}\n`,
    );
  return EXIT.ok;
}

/** `mp-bench baseline show`. */
export async function showBaseline(io: Io, name: string, { json }: { readonly json: boolean }): Promise<number> {
  const { baseline, path } = await locateBaseline(baselinePlaces(io), name);
  io.stdout.write(json ? `${JSON.stringify(baseline)}\n` : `${details(baseline)}\n${shownPath(io.cwd, path)}\n`);
  return EXIT.ok;
}

/** `mp-bench baseline rollback`: only the project's own baselines, never those of the package. */
export async function rollbackBaseline(io: Io, name: string): Promise<number> {
  const places = baselinePlaces(io);
  const { path } = await locateBaseline(places, name);
  if (dirname(path) !== places[0]) {
    const message = `${name} came with the package (${path}): there is nothing to roll back`;
    throw new MpBenchError('E_BASELINE', message, [{ message }]);
  }
  const { baseline } = await rollback(places[0], name);
  io.stdout.write(`${summary(baseline)}\n`);
  return EXIT.ok;
}

function stored(io: Io, path: string, baseline: Baseline, skipped: readonly string[]): number {
  for (const reason of skipped) io.stderr.write(`left out: ${reason}\n`);
  io.stdout.write(`${summary(baseline)}\n  ${shownPath(io.cwd, path)}\n`);
  return EXIT.ok;
}

function summary({ name, role, stack, scenarios, updatedAt }: Baseline): string {
  const runs = scenarios.reduce((sum, scenario) => sum + scenario.runs.length, 0);
  return `${name}: ${role} of ${stack}, ${plural(scenarios.length, 'scenario')}, ${plural(runs, 'run')}, last ${updatedAt}`;
}

function details(baseline: Baseline): string {
  const lines = [summary(baseline), `metrics version ${baseline.metricVersion}, mp-bench ${baseline.tool.version}`];
  for (const { name, hash, mode, arm, control, runs } of baseline.scenarios) {
    const last = runs.at(-1);
    lines.push('', `${name} (${mode}, hash ${hash}): ${arm} against ${control}, ${plural(runs.length, 'run')}`);
    if (!last) continue;
    lines.push(`  last: ${last.runId}, seed ${last.seed}, fingerprint ${last.fingerprint}, ${last.command}`);
    for (const [metric, value] of Object.entries(last.counts)) lines.push(`  ${metric} = ${value}`);
    for (const [metric, { logRatio }] of Object.entries(last.timings))
      lines.push(`  ${metric} = ${Math.exp(logRatio).toPrecision(3)} × ${control}`);
  }
  return lines.join('\n');
}
