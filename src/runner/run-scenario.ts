import { systemClock } from '../base/index.js';
import type { ExchangeClient } from '../exchange/client.js';
import type { FaultPlan, SiteInfo } from '../exchange/protocol.js';
import {
  faultTimeline,
  linkOf,
  type LoadedScenario,
  type PlannedFault,
  rulesOf,
  type Scenario,
  venuesOf,
} from '../scenario/index.js';
import { ArmClient } from './arm-client.js';
import { armConfig } from './arm-config.js';
import { AuthorityFile } from './authority-file.js';
import { Launch, type LaunchSample } from './launch.js';
import { assemble } from './assemble.js';
import type { ProgressEvent, ScenarioMeasurement } from './measurement.js';
import type { MachineRow } from '../record/record.js';
import type { Pinning } from './pinning.js';
import type { MachineWitness } from './machine/witness.js';
import { pairsAfter, type PairPlan, planPairs, type Turn } from './plan.js';

export interface RunScenarioOptions {
  readonly loaded: LoadedScenario;
  readonly exchange: ExchangeClient;
  readonly seed: number;
  readonly pinning: Pinning | null;
  readonly machine: MachineWitness;
  readonly signal: AbortSignal;
  readonly isOpen?: (measurement: ScenarioMeasurement) => boolean;
  readonly progress: (event: Omit<ProgressEvent, 'position'>) => void;
}

/**
 * Measures one scenario: pair by pair, a fresh process for every launch, a site of its own for each.
 * @throws {MpBenchError} E_EXCHANGE or E_ARM when a process dies by itself
 */
export async function runScenario(options: RunScenarioOptions): Promise<ScenarioMeasurement> {
  const { loaded, seed, signal, isOpen = () => false } = options;
  const session = new Session(options);
  const stop = (): void => void session.stop();
  signal.addEventListener('abort', stop, { once: true });
  const samples: LaunchSample[] = [];
  const before = options.machine.rows.length;
  const rows = (): MachineRow[] => options.machine.rows.slice(before);
  try {
    let end = 0;
    for (const plan of planPairs(loaded.scenario, seed)) {
      if (plan.pair === end)
        end = pairsAfter(loaded.scenario, end, () => isOpen(assemble(loaded, { samples, machine: rows() }, true)));
      if (signal.aborted || plan.pair === end) break;
      samples.push(...(await session.pair(plan, end)));
    }
  } catch (error) {
    // A process that the stop has killed fails its requests; what was measured before stays.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await session.stop();
  }
  return assemble(loaded, { samples, machine: rows() }, !signal.aborted);
}

interface Prepared {
  readonly arm: string;
  readonly launch: Launch;
}

/** The processes of one scenario's run; whatever it started, `stop` ends. */
class Session {
  readonly #options: RunScenarioOptions;
  readonly #authority = new AuthorityFile();
  readonly #clients = new Set<ArmClient>();
  #pairs = 0;

  constructor(options: RunScenarioOptions) {
    this.#options = options;
  }

  /** Measures a pair, of `pairs` that are to be measured as it looks now. */
  async pair(plan: PairPlan, pairs: number): Promise<LaunchSample[]> {
    this.#pairs = pairs;
    const { scenario } = this.#options.loaded;
    const prepared = await Promise.all(plan.arms.map((arm) => this.#prepare(plan, arm)));
    const core = this.#options.pinning?.arm ?? null;
    await Promise.all(prepared.map(({ launch }) => launch.pin(core)));
    const byArm = new Map(prepared.map((one) => [one.arm, one.launch]));
    return scenario.sampling.unit === 'slice'
      ? this.#interleave(plan, prepared, byArm)
      : this.#oneAfterTheOther(plan, byArm);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.end()));
    this.#clients.clear();
    this.#authority.remove();
  }

  /** Slices of all arms alternate while every process stays up, idle between its turns. */
  async #interleave(
    plan: PairPlan,
    prepared: readonly Prepared[],
    byArm: ReadonlyMap<string, Launch>,
  ): Promise<LaunchSample[]> {
    for (const { launch } of prepared) await launch.start(linkOf(this.#scenario));
    for (const turn of plan.turns) await this.#turn(plan, turn, byArm);
    const samples: LaunchSample[] = [];
    for (const { arm, launch } of prepared) samples.push(await launch.finish(plan.pair, arm));
    this.#clients.clear();
    return samples;
  }

  /** Whole launches alternate: an idle socket with streams on it is not quiet. */
  async #oneAfterTheOther(plan: PairPlan, byArm: ReadonlyMap<string, Launch>): Promise<LaunchSample[]> {
    const samples: LaunchSample[] = [];
    for (const turn of plan.turns) {
      const launch = launchOf(byArm, turn.arm);
      await launch.start(linkOf(this.#scenario));
      await this.#turn(plan, turn, byArm);
      samples.push(await launch.finish(plan.pair, turn.arm));
    }
    this.#clients.clear();
    return samples;
  }

  async #turn(plan: PairPlan, turn: Turn, byArm: ReadonlyMap<string, Launch>): Promise<void> {
    const progress = { scenario: this.#scenario.name, pair: plan.pair, pairs: this.#pairs, arm: turn.arm };
    this.#options.progress(progress);
    const watched = { pair: plan.pair, stallMs: this.#scenario.sampling.stallMs };
    await this.#options.machine.beside(watched, turn, () =>
      launchOf(byArm, turn.arm).run(turn, systemClock.now(), faultsOf(this.#scenario, plan)),
    );
  }

  /** A fresh process against a site of its own, code warm, no link yet. */
  async #prepare(plan: PairPlan, arm: string): Promise<Prepared> {
    const { loaded, seed, exchange } = this.#options;
    const site = await this.#open(plan, arm);
    const client = new ArmClient(arm, this.#authority.path(site.ca));
    this.#clients.add(client);
    await client.init(armConfig(loaded.scenario, arm, site, seed));
    const launch = new Launch(site.id, exchange, client);
    await launch.warmUp(loaded.scenario.warmUp.operations);
    return { arm, launch };
  }

  #open(plan: PairPlan, arm: string): Promise<SiteInfo> {
    const { endpoints, tls, market, name } = this.#scenario;
    return this.#options.exchange.open({
      id: `${name}/${plan.pair}/${arm}`,
      venues: venuesOf(this.#scenario),
      // The same market for every arm of a pair.
      seed: `${this.#options.seed}/${name}/${plan.pair}`,
      endpoints,
      tls,
      symbols: market.symbols,
      activity: market.activity,
      link: { rttMs: 0 },
      ...rulesOf(this.#scenario),
    });
  }

  get #scenario(): Scenario {
    return this.#options.loaded.scenario;
  }
}

function launchOf(byArm: ReadonlyMap<string, Launch>, arm: string): Launch {
  const launch = byArm.get(arm);
  if (!launch) throw new Error(`no launch was prepared for arm ${arm}`);
  return launch;
}

/** The faults of a pair with their times relative to the begin of the load: its turn of the rotation, the timeline. */
function faultsOf(scenario: Scenario, plan: PairPlan): FaultPlan[] {
  const { faults, ...others } = scenario;
  const timeline = faultTimeline(others).map((fault, i) => named(fault, `${plan.pair}/${i}`));
  const fault = plan.fault === null ? undefined : faults?.rotation[plan.fault];
  if (!faults || !fault) return timeline;
  return [{ id: `${plan.pair}`, ...fault, atMs: faults.atMs, durationMs: faults.durationMs }, ...timeline];
}

function named(fault: PlannedFault, id: string): FaultPlan {
  return { ...fault, id };
}
