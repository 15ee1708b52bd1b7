import { type Clock, LatencyHistogram, type Random, seededRandom, sleep, systemClock } from '../../base/index.js';
import {
  Claims,
  type DriverFactory,
  type DriverSettings,
  type KnownRules,
  underRules,
  type VenueClient,
  venueClients,
} from '../../driver/index.js';
import { BookKeeper } from './book-keeper.js';
import { Fleet } from './fleet.js';
import { Load } from './load.js';
import { MachineReader } from './machine-reader.js';
import type { ArmConfig, ArmReport, OperationTally, Steadiness, StreamsTally } from './messages.js';
import { StreamSession } from './stream-load.js';
import { StreamRecorder } from './stream-recorder.js';

// Cold code on a machine that starts several processes at once is slow; that is what a warm-up is for.
const PATIENCE = {
  requestTimeoutMs: 30_000,
  attemptTimeoutMs: 30_000,
  acquireTimeoutMs: 30_000,
  dialTimeoutMs: 30_000,
};

const WARM_UP_AT_A_TIME = 8;

/** One launch of one arm: a driver, its load, and the books about both. Lives in a process of its own. */
export class Arm {
  readonly #config: ArmConfig;
  readonly #createDriver: DriverFactory;
  readonly #clock: Clock = systemClock;
  readonly #random: Random;
  readonly #venues: ReadonlyMap<string, VenueClient>;
  readonly #books: BookKeeper;
  readonly #load: Load;
  readonly #machine = new MachineReader();
  #claims = new Claims();
  #fleet: Fleet | null = null;

  constructor(config: ArmConfig, createDriver: DriverFactory) {
    this.#config = config;
    this.#createDriver = createDriver;
    this.#venues = new Map(config.venues.map(({ name }) => [name, clientOf(name, config.rules)]));
    this.#random = seededRandom(config.seed);
    this.#books = new BookKeeper(config.objects);
    this.#load = new Load({
      config,
      clock: this.#clock,
      random: this.#random,
      venues: this.#venues,
      books: this.#books,
    });
  }

  /** Runs code paths hot with a client that is thrown away; the pool of the measurement starts cold. */
  async warmUp(operations: number): Promise<Steadiness> {
    const fleet = this.#newFleet(new Claims(), PATIENCE);
    await fleet.start();
    const latencies: number[] = [];
    for (let done = 0; done < operations && this.#config.requests; done += WARM_UP_AT_A_TIME) {
      const batch = Math.min(WARM_UP_AT_A_TIME, operations - done);
      latencies.push(...(await Promise.all(Array.from({ length: batch }, (_, i) => this.#warmOne(fleet, done + i)))));
    }
    await this.#warmStreams(fleet, operations);
    await fleet.close();
    const half = Math.ceil(latencies.length / 2);
    return { operations, firstHalfMs: p50(latencies.slice(0, half)), secondHalfMs: p50(latencies.slice(half)) };
  }

  /** Makes the client that is measured, and lets it open what it opens beforehand. */
  async start(): Promise<ArmReport> {
    this.#claims = new Claims();
    const fleet = this.#newFleet(this.#claims);
    this.#fleet = fleet;
    this.#books.reset();
    this.#machine.begin();
    const beganAtMs = this.#clock.now();
    await fleet.start();
    return this.#report(nothingOffered(beganAtMs, this.#clock.now()), null, null);
  }

  /** Offers the load once, from `beginAtMs` on. */
  async run(index: number, beginAtMs: number, keepLog: boolean): Promise<ArmReport> {
    const fleet = this.#fleet;
    if (!fleet) throw new Error('the arm was not started');
    this.#machine.begin();
    await sleep(this.#clock, beginAtMs - this.#clock.now());
    fleet.begin();
    const load = await this.#load.offer(fleet, { index, atMs: beginAtMs }, keepLog, () => {
      fleet.offered();
    });
    const window = { beganAtMs: beginAtMs, offeredUntilMs: load.offeredUntilMs, endedAtMs: this.#clock.now() };
    return this.#report(window, load.operations, load.streams);
  }

  /** Closes the client and reads the last of its books. */
  async finish(): Promise<ArmReport> {
    const beganAtMs = this.#clock.now();
    await this.#fleet?.close();
    return this.#report(nothingOffered(beganAtMs, this.#clock.now()), null, null, true);
  }

  async #warmOne(fleet: Fleet, index: number): Promise<number> {
    const { requests } = this.#config;
    const startedAtMs = this.#clock.now();
    if (requests) await this.#load.fetch(fleet, requests, index, PATIENCE.requestTimeoutMs);
    return this.#clock.now() - startedAtMs;
  }

  /** Subscribes and drops as many streams as the warm-up has operations, or as there are. */
  async #warmStreams(fleet: Fleet, operations: number): Promise<void> {
    const options = this.#load.streamOptions(fleet, new StreamRecorder(this.#clock, false));
    const first = options?.load.subscriptions[0];
    if (!options || !first) return;
    const subscriptions = [{ ...first, symbols: Math.min(first.symbols, operations) }];
    const session = new StreamSession({ ...options, load: { ...options.load, subscriptions, change: 0 } });
    await session.open();
    await session.drop();
  }

  #newFleet(claims: Claims, patience: Partial<DriverSettings> = {}): Fleet {
    const { venues, ca, settings, rules, requests, streams } = this.#config;
    const asks = new Set(requests?.polls.map(({ venue }) => venue));
    const listens = new Set(streams?.subscriptions.map(({ venue }) => venue));
    const random = this.#random.fork('driver');
    const drivers = venues.map(({ name, endpoints, firstEndpoint }, i) => {
      const context = {
        endpoints,
        ca,
        venue: clientOf(name, rules),
        carries: { requests: asks.has(name), streams: listens.has(name) },
        settings: { ...settings, ...patience },
        clock: this.#clock,
        random: i === 0 ? random : random.fork(name),
        claims: claims.from(firstEndpoint),
      };
      return [name, this.#createDriver(context)] as const;
    });
    return new Fleet(new Map(drivers));
  }

  #report(
    window: ArmReport['window'],
    operations: OperationTally | null,
    streams: StreamsTally | null,
    last = false,
  ): ArmReport {
    return {
      window,
      operations,
      streams,
      ...(this.#fleet?.read() ?? { http: null, placements: null }),
      claims: this.#claims.read(),
      machine: this.#machine.read(last),
      objects: this.#books.read(),
    };
  }
}

function clientOf(venue: string, rules: KnownRules): VenueClient {
  const client = venueClients[venue];
  if (!client) throw new Error(`no client for venue ${venue}`);
  return underRules(client, rules);
}

function nothingOffered(beganAtMs: number, endedAtMs: number): ArmReport['window'] {
  return { beganAtMs, offeredUntilMs: beganAtMs, endedAtMs };
}

function p50(latencies: readonly number[]): number {
  const histogram = new LatencyHistogram();
  for (const latency of latencies) histogram.record(latency);
  return histogram.quantile(0.5);
}
