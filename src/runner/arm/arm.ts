import { type Clock, LatencyHistogram, type Random, seededRandom, sleep, systemClock } from '../../base/index.js';
import {
  Claims,
  type Driver,
  type DriverFactory,
  type DriverSettings,
  type VenueClient,
  venueClients,
} from '../../driver/index.js';
import { AccountsReader } from './accounts-reader.js';
import { BookKeeper } from './book-keeper.js';
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
  readonly #venue: VenueClient;
  readonly #books: BookKeeper;
  readonly #load: Load;
  readonly #machine = new MachineReader();
  #claims = new Claims();
  #driver: Driver | null = null;
  #readers: { http: AccountsReader | null; placements: AccountsReader | null } = { http: null, placements: null };

  constructor(config: ArmConfig, createDriver: DriverFactory) {
    const venue = venueClients[config.venue];
    if (!venue) throw new Error(`no client for venue ${config.venue}`);
    this.#config = config;
    this.#createDriver = createDriver;
    this.#venue = venue;
    this.#random = seededRandom(config.seed);
    this.#books = new BookKeeper(config.objects);
    this.#load = new Load({ config, clock: this.#clock, random: this.#random, venue, books: this.#books });
  }

  /** Runs code paths hot with a client that is thrown away; the pool of the measurement starts cold. */
  async warmUp(operations: number): Promise<Steadiness> {
    const driver = this.#newDriver(new Claims(), PATIENCE);
    await driver.start();
    const latencies: number[] = [];
    for (let done = 0; done < operations && this.#config.requests; done += WARM_UP_AT_A_TIME) {
      const batch = Math.min(WARM_UP_AT_A_TIME, operations - done);
      latencies.push(...(await Promise.all(Array.from({ length: batch }, (_, i) => this.#warmOne(driver, done + i)))));
    }
    await this.#warmStreams(driver, operations);
    await driver.close();
    const half = Math.ceil(latencies.length / 2);
    return { operations, firstHalfMs: p50(latencies.slice(0, half)), secondHalfMs: p50(latencies.slice(half)) };
  }

  /** Makes the client that is measured, and lets it open what it opens beforehand. */
  async start(): Promise<ArmReport> {
    this.#claims = new Claims();
    const driver = this.#newDriver(this.#claims);
    this.#driver = driver;
    const { http, streams } = driver.accounts;
    this.#readers = { http: http && new AccountsReader(http), placements: streams && new AccountsReader(streams) };
    this.#books.reset();
    this.#machine.begin();
    const beganAtMs = this.#clock.now();
    await driver.start();
    return this.#report(nothingOffered(beganAtMs, this.#clock.now()), null, null);
  }

  /** Offers the load once, from `beginAtMs` on. */
  async run(index: number, beginAtMs: number, keepLog: boolean): Promise<ArmReport> {
    const driver = this.#driver;
    if (!driver) throw new Error('the arm was not started');
    this.#machine.begin();
    await sleep(this.#clock, beginAtMs - this.#clock.now());
    const { http, placements } = this.#readers;
    for (const reader of [http, placements]) reader?.begin();
    const load = await this.#load.offer(driver, { index, atMs: beginAtMs }, keepLog, () => {
      for (const reader of [http, placements]) reader?.offered();
    });
    const window = { beganAtMs: beginAtMs, offeredUntilMs: load.offeredUntilMs, endedAtMs: this.#clock.now() };
    return this.#report(window, load.operations, load.streams);
  }

  /** Closes the client and reads the last of its books. */
  async finish(): Promise<ArmReport> {
    const beganAtMs = this.#clock.now();
    await this.#driver?.close();
    return this.#report(nothingOffered(beganAtMs, this.#clock.now()), null, null, true);
  }

  async #warmOne(driver: Driver, index: number): Promise<number> {
    const { requests } = this.#config;
    const startedAtMs = this.#clock.now();
    if (requests) await this.#load.fetchBook(driver, requests, index, PATIENCE.requestTimeoutMs);
    return this.#clock.now() - startedAtMs;
  }

  /** Subscribes and drops as many streams as the warm-up has operations, or as there are. */
  async #warmStreams(driver: Driver, operations: number): Promise<void> {
    const options = this.#load.streamOptions(driver, new StreamRecorder(this.#clock));
    const first = options?.load.subscriptions[0];
    if (!options || !first) return;
    const subscriptions = [{ ...first, symbols: Math.min(first.symbols, operations) }];
    const session = new StreamSession({ ...options, load: { ...options.load, subscriptions, change: 0 } });
    await session.open();
    await session.drop();
  }

  #newDriver(claims: Claims, patience: Partial<DriverSettings> = {}): Driver {
    const { endpoints, ca, settings, requests, streams } = this.#config;
    return this.#createDriver({
      endpoints,
      ca,
      venue: this.#venue,
      carries: { requests: requests !== null, streams: streams !== null },
      settings: { ...settings, ...patience },
      clock: this.#clock,
      random: this.#random.fork('driver'),
      claims,
    });
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
      http: this.#readers.http?.read() ?? null,
      placements: this.#readers.placements?.read() ?? null,
      claims: this.#claims.read(),
      machine: this.#machine.read(last),
      objects: this.#books.read(),
    };
  }
}

function nothingOffered(beganAtMs: number, endedAtMs: number): ArmReport['window'] {
  return { beganAtMs, offeredUntilMs: beganAtMs, endedAtMs };
}

function p50(latencies: readonly number[]): number {
  const histogram = new LatencyHistogram();
  for (const latency of latencies) histogram.record(latency);
  return histogram.quantile(0.5);
}
