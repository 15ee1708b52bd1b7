import { z } from 'zod';

/** Version of the baseline file; grows when an older mp-bench could misread a newer file. */
export const BASELINE_VERSION = 1;

const ROLES = ['reference', 'gate'] as const;
const STACKS = ['day1', 'day2', 'day3'] as const;

const NAME = /^[a-z0-9][a-z0-9_-]*$/i;
/** A name becomes a file's name: letters, digits, `-` and `_`. */
export const baselineNameSchema = z
  .string()
  .regex(NAME, { error: 'expected letters, digits, - and _ only, beginning with a letter or digit' });

const finite = z.number();

const timing = z
  .strictObject({
    /** ln(arm ÷ control): the pairs' medians, Hodges–Lehmann over them; 0 for the control arm itself. */
    logRatio: finite,
    /** The raw log-ratio of each launch pair. */
    pairs: z.array(finite).readonly(),
  })
  .readonly();

const run = z
  .strictObject({
    runId: z.string().min(1),
    startedAt: z.iso.datetime(),
    command: z.string(),
    seed: z.number(),
    /** Of the environment that the run was measured in. */
    fingerprint: z.string(),
    toolVersion: z.string(),
    launches: z.int().min(1),
    /** Exact metrics over all launches, as the record has them. */
    counts: z.record(z.string(), finite).readonly(),
    /** The same, launch by launch: the first ones of any two runs are alike, however many each took. */
    launchCounts: z.record(z.string(), z.array(finite).readonly()).readonly().exactOptional(),
    timings: z.record(z.string(), timing).readonly(),
  })
  .readonly();

const scenario = z
  .strictObject({
    name: z.string().min(1),
    hash: z.string().min(1),
    mode: z.enum(['quick', 'full']),
    /** The arm of the baseline's stack. */
    arm: z.string().min(1),
    control: z.string().min(1),
    /** Oldest first. */
    runs: z.array(run).min(1).readonly(),
  })
  .readonly();

/** A baseline file: what one stack did in one or more runs of one or more scenarios. */
export const baselineSchema = z
  .strictObject({
    schemaVersion: z.literal(BASELINE_VERSION),
    metricVersion: z.int(),
    name: baselineNameSchema,
    /** `reference`: improvement over it is shown. `gate`: it must not get worse. */
    role: z.enum(ROLES),
    stack: z.enum(STACKS),
    /** When the first and the last of its runs started. */
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    tool: z.strictObject({ name: z.literal('mp-bench'), version: z.string() }).readonly(),
    scenarios: z.array(scenario).min(1).readonly(),
  })
  .readonly();

export type Baseline = z.output<typeof baselineSchema>;
export type BaselineScenario = Baseline['scenarios'][number];
export type BaselineRun = BaselineScenario['runs'][number];
export type BaselineTiming = BaselineRun['timings'][string];
export type BaselineRole = Baseline['role'];
export type Stack = Baseline['stack'];
