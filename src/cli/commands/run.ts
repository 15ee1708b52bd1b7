import { MpBenchError } from '../../base/index.js';
import { type Baseline, findBaselines, locateBaseline } from '../../baseline/index.js';
import { type LoadedScenario, parseOverride } from '../../scenario/index.js';
import { type BaseBuild, buildBase } from '../base/build.js';
import { againstBase } from '../base/scenario.js';
import { prepareCiReports, writeCiReports } from '../ci-reports.js';
import { commandLine, scenarioCommand } from '../command-line.js';
import { exitCodeOfRun } from '../exit-codes.js';
import type { Io } from '../io.js';
import type { Baselines } from '../judge.js';
import { loadScenarios, type ScenarioRequest } from '../load-scenarios.js';
import { baselinePlaces, reportPlace, scenarioArgument } from '../lookup.js';
import { measure, type MeasuredRun, type MeasureRequest } from '../measure.js';
import { recordTable } from '../record-table.js';
import { armsForDrivers, selectArms } from '../select-arms.js';

export interface RunFlags {
  readonly json: boolean;
  readonly out?: string;
  readonly quick: boolean;
  readonly seed: number;
  readonly set: readonly string[];
  readonly arm: readonly string[];
  readonly driver: readonly string[];
  readonly baseline: readonly string[];
  readonly progress: boolean;
  readonly strict: boolean;
  readonly junit?: string;
  readonly github: boolean;
  readonly base?: string;
}

/** `mp-bench run`: measure, compare with the baselines, write reports, gate. */
export async function run(io: Io, argv: readonly string[], names: readonly string[], flags: RunFlags): Promise<number> {
  const overrides = flags.set.map(parseOverride);
  const reports = await prepareCiReports(io, flags);
  const selected = await scenariosFor(io, { names, quick: flags.quick, overrides }, flags);
  const base = flags.base === undefined ? undefined : await baseFor(io, flags.base, selected);
  const request = {
    scenarios: base?.scenarios ?? selected,
    seed: flags.seed,
    quick: flags.quick,
    overrides,
    baselines: base ? { named: [] } : await baselinesFor(io, flags.baseline),
    command: commandLine(argv, flags.seed),
    commandOf: (source: string) => scenarioCommand(scenarioArgument(io, source), flags),
    progress: flags.progress,
    out: reportPlace(io, flags.out),
  };
  const { record, file, stoppedBy } = await measuredWith(io, request, base?.build);
  io.stdout.write(flags.json ? `${JSON.stringify(record)}\n` : recordTable(io, record, file));
  await writeCiReports(io, reports, record, file);
  return exitCodeOfRun(record.verdict, { strict: flags.strict, stoppedBy });
}

async function measuredWith(io: Io, request: MeasureRequest, build: BaseBuild | undefined): Promise<MeasuredRun> {
  try {
    return await measure(io, request);
  } finally {
    await build?.remove();
  }
}

/** The other build, and the scenarios as comparisons with it. @throws {MpBenchError} E_USAGE when there is none to compare */
async function baseFor(
  io: Io,
  ref: string,
  loaded: readonly LoadedScenario[],
): Promise<{ readonly build: BaseBuild; readonly scenarios: LoadedScenario[] }> {
  const build = await buildBase(io.cwd, ref);
  try {
    const scenarios = loaded.flatMap((one) => againstBase(one, (driver) => build.driverOf(driver)) ?? []);
    if (scenarios.length > 0) return { build, scenarios };
    throw new MpBenchError('E_USAGE', '--base: none of the scenarios gates anything that two builds could differ in');
  } catch (error) {
    await build.remove();
    throw error;
  }
}

async function scenariosFor(io: Io, request: ScenarioRequest, { arm, driver }: RunFlags): Promise<LoadedScenario[]> {
  const plain = await loadScenarios(io, request);
  const selected: LoadedScenario[] = [];
  for (const loaded of plain) {
    const added = armsForDrivers(loaded, driver);
    const names = [loaded.file];
    const overrides = [...request.overrides, ...added];
    const [extended = loaded] = added.length > 0 ? await loadScenarios(io, { ...request, names, overrides }) : [loaded];
    selected.push(selectArms(extended, arm, driver));
  }
  return selected;
}

async function baselinesFor(io: Io, names: readonly string[]): Promise<Baselines> {
  const places = baselinePlaces(io);
  if (names.length === 0) return { found: (await findBaselines(places)).map(({ baseline }) => baseline) };
  const named: Baseline[] = [];
  for (const name of names) named.push((await locateBaseline(places, name)).baseline);
  if (new Set(named.map(({ name }) => name)).size < named.length)
    throw new MpBenchError('E_USAGE', 'a baseline was named twice');
  return { named };
}
