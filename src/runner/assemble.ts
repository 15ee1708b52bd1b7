import type { LatencyHistogram } from '../base/index.js';
import { metricAt } from '../metrics/index.js';
import { distributionOf } from '../record/index.js';
import type { ArmRecord, LaunchRow, MachineRow, MetricValue, PairRow, ScenarioRecord } from '../record/record.js';
import { type LoadedScenario, plannedLooks, poolOf, type Scenario } from '../scenario/index.js';
import { median } from '../statistics/index.js';
import type { Steadiness } from './arm/messages.js';
import { type FaultFinding, findFaults } from './faults.js';
import type { LaunchSample } from './launch.js';
import { tallyOfLaunch, tallyOfRun } from './measure.js';
import type { ScenarioMeasurement } from './measurement.js';
import { type MetricValues, metricsOf, valueAt } from './metrics-of.js';
import { controlArm } from './plan.js';
import { Tally } from './tally.js';
import { checkWitnesses } from './witness.js';

/** Metrics of a run of the load, whose ratio to the control arm is kept block by block, for baselines and gates. */
const COMPARABLE = [
  'responseTimeMs.p50',
  'serviceTimeMs.p50',
  'acquireLatencyMs.p50',
  'completionMs',
  'throughput',
  'subscribeLatencyMs.p50',
  'cpuUsPerOp',
];

interface MeasuredLaunch {
  readonly sample: LaunchSample;
  readonly faults: readonly FaultFinding[];
  readonly tally: Tally;
  readonly values: MetricValues;
  /** Metrics of each run of the load on its own, in the order of the blocks. */
  readonly blocks: readonly MetricValues[];
  /** Blocks during which the machine was disturbed. */
  readonly disturbed: readonly number[];
}

/** Joins both witnesses' samples into what the record says of a scenario. */
export function assemble(
  loaded: LoadedScenario,
  { samples, machine }: { readonly samples: readonly LaunchSample[]; readonly machine: readonly MachineRow[] },
  complete: boolean,
): ScenarioMeasurement {
  const { scenario } = loaded;
  const launches = samples.map((sample) => measured(scenario, sample, machine));
  const names = Object.keys(scenario.arms).filter((name) => samples.some((sample) => sample.arm === name));
  const checks = names.flatMap((name) =>
    checkWitnesses(
      name,
      samples.filter((sample) => sample.arm === name),
    ),
  );
  return {
    name: scenario.name,
    question: scenario.question,
    hash: loaded.hash,
    source: loaded.file,
    resolved: loaded.resolved,
    scenario,
    complete,
    leases: leasesOf(scenario),
    arms: Object.fromEntries(names.map((name) => [name, armRecord(scenario, name, launches)])),
    deterministic: scenario.deterministic,
    witness: { agree: checks.every((check) => check.agree), checks },
    faults: launches.flatMap(({ faults }) => faults.map(({ row }) => row)),
    pairs: pairRows(scenario, launches),
    launches: launchRows(scenario, launches),
    machine,
    looks: {
      planned: plannedLooks(scenario.sampling),
      taken: new Set(samples.map(({ pair }) => pair)).size,
    },
    warnings: [...loaded.warnings],
  };
}

function measured(scenario: Scenario, sample: LaunchSample, machine: readonly MachineRow[]): MeasuredLaunch {
  const faults = findFaults(sample);
  const own = { ...scenario, pool: poolOf(scenario, sample.arm) };
  const tally = tallyOfLaunch(own, sample, faults);
  const blocks = sample.runs.toSorted((a, b) => a.block - b.block).map((run) => metricsOf(tallyOfRun(own, run)));
  const turns = machine.filter(({ pair, arm }) => pair === sample.pair && arm === sample.arm);
  const disturbed = turns.filter((row) => row.disturbed).map(({ block }) => block);
  return { sample, faults, tally, values: metricsOf(tally), blocks, disturbed };
}

function armRecord(scenario: Scenario, name: string, launches: readonly MeasuredLaunch[]): ArmRecord {
  const own = launches.filter(({ sample }) => sample.arm === name);
  const [first] = own;
  const arm = scenario.arms[name];
  if (!first || !arm) throw new Error(`arm ${name} was never launched`);
  const total = new Tally(first.tally.known);
  for (const { tally } of own) total.add(tally);
  const metrics: Record<string, MetricValue> = {};
  for (const [metric, value] of Object.entries<number | LatencyHistogram>(metricsOf(total))) {
    metrics[metric] = typeof value === 'number' ? value : distributionOf(value);
  }
  const { accounts } = total.known;
  return {
    stack: arm.stack,
    driver: arm.driver,
    role: arm.role,
    launches: own.length,
    metrics,
    warmUp: warmUpOf(own.map(({ sample }) => sample.steadiness)),
    errors: total.errors.values,
    acquires: accounts ? total.acquires.values : null,
    setupPartsMs: accounts ? meanParts(total) : null,
  };
}

function warmUpOf(launches: readonly Steadiness[]): ArmRecord['warmUp'] {
  const [first] = launches;
  const firstHalfMs = median(launches.map((one) => one.firstHalfMs));
  const secondHalfMs = median(launches.map((one) => one.secondHalfMs));
  // A warm-up of streams has no latencies of operations.
  return first && Number.isFinite(firstHalfMs) && Number.isFinite(secondHalfMs)
    ? { operations: first.operations, firstHalfMs, secondHalfMs }
    : null;
}

function meanParts({ setupPartsMs, totals }: Tally): ArmRecord['setupPartsMs'] {
  const { dns = 0, tcp = 0, tls = 0, upgrade = 0 } = setupPartsMs.values;
  const n = totals.opened;
  return n === 0 ? null : { dns: dns / n, tcp: tcp / n, tls: tls / n, upgrade: upgrade / n };
}

function pairRows(scenario: Scenario, launches: readonly MeasuredLaunch[]): PairRow[] {
  const control = controlArm(scenario);
  const judged = [...scenario.gates, ...scenario.targets].map(({ metric }) => metric);
  const metrics = [...new Set([...judged, ...COMPARABLE, 'setupCostPerOpMs'])];
  return launches
    .filter(({ sample }) => sample.arm !== control)
    .flatMap((launch) => {
      const other = launches.find(({ sample }) => sample.arm === control && sample.pair === launch.sample.pair);
      return other ? metrics.flatMap((metric) => pairRow(metric, launch, other, control)) : [];
    });
}

function pairRow(metric: string, test: MeasuredLaunch, control: MeasuredLaunch, controlName: string): PairRow[] {
  // Set-up, failures and lifetimes are a matter of the whole launch: its start counts, and a block is too short.
  const whole = !COMPARABLE.includes(metric);
  const [ours, theirs] = whole ? [[test.values], [control.values]] : [test.blocks, control.blocks];
  const spoiled = new Set([...test.disturbed, ...control.disturbed]);
  const blocks = ours.flatMap((values, i) => {
    if (whole ? spoiled.size > 0 : spoiled.has(i)) return [];
    const [a, b] = [valueAt(values, metric), valueAt(theirs[i] ?? {}, metric)];
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
  if (blocks.length === 0) return [];
  return [{ pair: test.sample.pair, arm: test.sample.arm, control: controlName, metric, blocks }];
}

function launchRows(scenario: Scenario, launches: readonly MeasuredLaunch[]): LaunchRow[] {
  const targets = scenario.targets.map((target) => target.metric);
  return launches.flatMap(({ sample, values, disturbed }) =>
    [...new Set([...targets, ...(scenario.deterministic[sample.arm] ?? [])])].flatMap((metric): LaunchRow[] => {
      const value = metricAt(metric) && valueAt(values, metric);
      return value === undefined
        ? []
        : [
            {
              launch: sample.pair,
              arm: sample.arm,
              metric,
              value,
              ...(disturbed.length > 0 && { disturbed: true as const }),
            },
          ];
    }),
  );
}

function leasesOf(scenario: Scenario): ScenarioRecord['leases'] {
  const { requests, streams } = scenario.load;
  if (requests && streams) return 'both';
  return requests ? 'exclusive' : 'shared';
}
