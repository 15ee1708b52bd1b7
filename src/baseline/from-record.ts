import { MpBenchError } from '../base/index.js';
import type { RunRecord, ScenarioRecord } from '../record/record.js';
import {
  type Baseline,
  BASELINE_VERSION,
  type BaselineRole,
  type BaselineRun,
  type BaselineScenario,
  baselineNameSchema,
  type Stack,
} from './format.js';
import { armOfStack, controlOf, launchValues, metricValue, timingsOf } from './measured.js';

/** Runs kept of a scenario; older ones say less of the machine as it is now. */
const RUNS_KEPT = 30;

export interface BaselineOptions {
  readonly name: string;
  readonly role: BaselineRole;
  readonly stack: Stack;
}

export interface RecordedBaseline {
  readonly baseline: Baseline;
  /** Scenarios of the records that are not in it, and why, a sentence each. */
  readonly skipped: readonly string[];
}

/**
 * Makes a baseline of one or more records. A scenario is left out when it has no arm of the stack, no control arm, or
 * a verdict that says its numbers cannot be trusted (invalid, contaminated, partial).
 * @throws {MpBenchError} E_BASELINE when the name is no name or no scenario is left
 */
export function baselineFromRecords(records: readonly RunRecord[], options: BaselineOptions): RecordedBaseline {
  return extended([], records, options);
}

/**
 * Adds a record as a further run to a gate baseline, or begins one. The same run is not stored twice; a scenario that
 * has changed since (another hash in the same mode) begins anew. The existing baseline is not touched.
 * @throws {MpBenchError} E_BASELINE when the baseline is a reference or of another stack, or nothing can be taken over
 */
export function acceptRecord(
  record: RunRecord,
  existing: Baseline | undefined,
  options: Omit<BaselineOptions, 'role'>,
): RecordedBaseline {
  if (existing !== undefined && (existing.role !== 'gate' || existing.stack !== options.stack)) {
    throw refused(
      `baseline ${existing.name} is a ${existing.role} of ${existing.stack}; a record of ${options.stack} is accepted into a gate baseline of the same stack`,
    );
  }
  const fits = existing?.metricVersion === record.metricVersion;
  const recorded = extended(fits ? existing.scenarios : [], [record], { ...options, role: 'gate' });
  if (!fits) return recorded;
  return { ...recorded, baseline: { ...recorded.baseline, createdAt: existing.createdAt } };
}

function extended(
  stored: readonly BaselineScenario[],
  records: readonly RunRecord[],
  { name, role, stack }: BaselineOptions,
): RecordedBaseline {
  const oldestFirst = records.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  const [oldest, newest] = [oldestFirst[0], oldestFirst.at(-1)];
  if (!oldest || !newest) throw refused('a baseline takes at least one record');
  if (!baselineNameSchema.safeParse(name).success) throw refused(`\`${name}\` cannot be the name of a baseline`);
  if (oldestFirst.some((record) => record.metricVersion !== newest.metricVersion)) {
    throw refused('the records were made with different versions of the metrics');
  }
  const scenarios = new Map(stored.map((scenario) => [`${scenario.name}/${scenario.mode}`, scenario]));
  const skipped: string[] = [];
  let taken = 0;
  for (const record of oldestFirst) {
    for (const scenario of record.scenarios) {
      const entry = entryOf(record, scenario, stack);
      if (typeof entry === 'string') {
        skipped.push(`${scenario.name} (${record.runId}) ${entry}`);
        continue;
      }
      const key = `${entry.name}/${entry.mode}`;
      scenarios.set(key, joined(scenarios.get(key), entry));
      taken += 1;
    }
  }
  if (taken === 0) throw refused(`nothing can be stored as ${stack}`, skipped);
  return {
    baseline: {
      schemaVersion: BASELINE_VERSION,
      metricVersion: newest.metricVersion,
      name,
      role,
      stack,
      createdAt: oldest.startedAt,
      updatedAt: newest.startedAt,
      tool: newest.tool,
      scenarios: [...scenarios.values()],
    },
    skipped,
  };
}

const UNTRUSTED: ReadonlySet<string> = new Set(['invalid', 'contaminated', 'partial']);

// The scenario as a baseline of one run, or why it cannot be one.
function entryOf(record: RunRecord, scenario: ScenarioRecord, stack: Stack): BaselineScenario | string {
  if (UNTRUSTED.has(scenario.verdict)) return `is ${scenario.verdict}`;
  const control = controlOf(scenario);
  const name = armOfStack(scenario, stack);
  const arm = name === undefined ? undefined : scenario.arms[name];
  if (control === undefined) return 'was run without its control arm';
  if (name === undefined || arm === undefined) return `has no arm on the ${stack} stack`;
  const counts: Record<string, number> = {};
  for (const metric of scenario.deterministic[name] ?? []) {
    const value = metricValue(arm, metric);
    if (value !== undefined) counts[metric] = value;
  }
  const run: BaselineRun = {
    runId: record.runId,
    startedAt: record.startedAt,
    command: record.command,
    seed: record.seed,
    fingerprint: record.environment.fingerprint,
    toolVersion: record.tool.version,
    launches: arm.launches,
    counts,
    launchCounts: Object.fromEntries(
      Object.keys(counts).map((metric) => [metric, launchValues(scenario, name, metric)]),
    ),
    timings: timingsOf(scenario, name, control),
  };
  return { name: scenario.name, hash: scenario.hash, mode: modeOf(record), arm: name, control, runs: [run] };
}

export function modeOf(record: Pick<RunRecord, 'quick'>): BaselineScenario['mode'] {
  return record.quick ? 'quick' : 'full';
}

function joined(stored: BaselineScenario | undefined, entry: BaselineScenario): BaselineScenario {
  const same = stored?.hash === entry.hash && stored.arm === entry.arm && stored.control === entry.control;
  if (!same) return entry;
  const ids = new Set(entry.runs.map((run) => run.runId));
  const runs = [...stored.runs.filter((run) => !ids.has(run.runId)), ...entry.runs];
  return { ...stored, runs: runs.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)).slice(-RUNS_KEPT) };
}

function refused(message: string, details: readonly string[] = []): MpBenchError {
  const problems = details.length > 0 ? details.map((detail) => ({ message: detail })) : [{ message }];
  return new MpBenchError('E_BASELINE', message, problems);
}
