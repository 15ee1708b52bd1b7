import { type Clock, LatencyHistogram, type Random, seededRandom, sleep, systemClock } from '../../base/index.js';
import {
  Claims,
  type Driver,
  type DriverFactory,
  type DriverSettings,
  OperationError,
  venueClients,
} from '../../driver/index.js';
import { AccountsReader } from './accounts-reader.js';
import { BookKeeper } from './book-keeper.js';
import { MachineReader } from './machine-reader.js';
import type { ArmConfig, ArmReport, OperationTally, RequestLoad, Steadiness, StreamsTally } from './messages.js';
import { OperationRecorder } from './operation-recorder.js';
import { offerRequests } from './request-load.js';
import { poissonArrivals } from './schedule.js';
import { runStreamScript, StreamSession, type StreamLoadOptions } from './stream-load.js';
import { StreamRecorder } from './stream-recorder.js';

// Cold code on a machine that starts several processes at once is slow; that is what a warm-up is for.
const PATIENCE = { requestTimeoutMs: 30_000, attemptTimeoutMs: 30_000, acquireTimeoutMs: 30_000, dialTimeoutMs: 30_000 };

/** One launch of one arm: a driver, its load, and the books about both. Lives in a process of its own. */
export class Arm {
  readonly #config: ArmConfig;
  readonly #createDriver: DriverFactory;
  readonly #clock: Clock = systemClock;
  readonly #random: Random;
  readonly #books: BookKeeper;
  readonly #machine = new MachineReader();
  #claims = new Claims();
  #driver: Driver | null = null;
  #http: AccountsReader | null = null;
  #placements: AccountsReader | null = null;

  constructor(config: ArmConfig, createDriver: DriverFactory) {
    this.#config = config;
    this.#createDriver = createDriver;
    this.#random = seededRandom(config.seed);
    this.#books = new BookKeeper(config.objects);
  }

  /** Runs code paths hot with a client that is thrown away; the pool of the measurement starts cold. */
  async warmUp(operations: number): Promise<Steadiness> {
    const driver = this.#newDriver(new Claims(), PATIENCE);
    await driver.start();
    const halves = [new LatencyHistogram(), new LatencyHistogram()] as const;
    const half = Math.ceil(operations / 2);
    // As many at a time as the load has under way at most, within reason: the first thousand handshakes cost more.
    for (let done = 0; done < operations; ) {
      const batch = Math.min(8, operations - done);
      await Promise.all(Array.from({ length: batch }, (_, i) => this.#warmOne(driver, done + i, halves, half)));
      done += batch;
    }
    await this.#warmStreams(driver, operations);
    await driver.close();
    return { operations, firstHalfMs: halves[0].quantile(0.5), secondHalfMs: halves[1].quantile(0.5) };
  }

  /** Makes the client that is measured, and lets it open what it opens beforehand. */
  async start(): Promise<ArmReport> {
    this.#claims = new Claims();
    const driver = this.#newDriver(this.#claims);
    this.#driver = driver;
    const { http, streams } = driver.accounts;
    this.#http = http && new AccountsReader(http);
    this.#placements = streams && new AccountsReader(streams);
    this.#books.reset();
    this.#machine.begin();
    const beganAtMs = this.#clock.now();
    await driver.start();
    const endedAtMs = this.#clock.now();
    // Nothing is offered while the pool fills: an empty window.
    return this.#report({ beganAtMs, offeredUntilMs: beganAtMs, endedAtMs }, null, null);
  }

  /** Offers the load once, from `beginAtMs` on. */
  async run(index: number, beginAtMs: number, keepLog: boolean): Promise<ArmReport> {
    const driver = this.#driver;
    if (!driver) throw new Error('the arm was not started');
    const { requests, streams } = this.#config;
    this.#machine.begin();
    await sleep(this.#clock, beginAtMs - this.#clock.now());
    for (const reader of [this.#http, this.#placements]) reader?.begin();
    const recorder = new StreamRecorder(this.#clock);
    let offeredUntilMs = Number.NaN;
    let integrals = { desiredMs: 0, acknowledgedMs: 0 };
    const offered = (): void => {
      offeredUntilMs = this.#clock.now();
      integrals = recorder.integrals();
      for (const reader of [this.#http, this.#placements]) reader?.offered();
    };
    const log = requests && new OperationRecorder(requests.operations, requests.timeoutMs);
    const streamOptions = streams && this.#streamOptions(driver, recorder);
    if (requests && log && streamOptions) {
      await this.#requestsBesideStreams(driver, streamOptions, requests, log, { index, beginAtMs }, offered);
    } else if (requests && log) await this.#offer(driver, requests, log, { index, beginAtMs }, offered);
    else if (streamOptions) await runStreamScript(streamOptions, streamOptions.load.holdMs ?? 0, offered);
    const window = { beganAtMs: beginAtMs, offeredUntilMs, endedAtMs: this.#clock.now() };
    return this.#report(window, log?.tally(keepLog) ?? null, streams ? recorder.tally(integrals) : null);
  }

  /** Closes the client and reads the last of its books. */
  async finish(): Promise<ArmReport> {
    const beganAtMs = this.#clock.now();
    await this.#driver?.close();
    const endedAtMs = this.#clock.now();
    return this.#report({ beganAtMs, offeredUntilMs: beganAtMs, endedAtMs }, null, null);
  }

  async #requestsBesideStreams(
    driver: Driver,
    streamOptions: StreamLoadOptions,
    requests: RequestLoad,
    log: OperationRecorder,
    begin: { index: number; beginAtMs: number },
    offered: () => void,
  ): Promise<void> {
    const session = new StreamSession(streamOptions);
    const opened = session.open();
    // A stream that cannot be opened shows in coverage and as a miss; the requests go on beside it.
    opened.catch(() => undefined);
    await this.#offer(driver, requests, log, begin, offered);
    await session.drop();
  }

  async #offer(
    driver: Driver,
    requests: RequestLoad,
    recorder: OperationRecorder,
    begin: { index: number; beginAtMs: number },
    offered: () => void,
  ): Promise<void> {
    const { operations, ratePerSecond, maxInFlight, timeoutMs } = requests;
    const random = this.#random.fork(`slice ${begin.index}`);
    const arrivals = ratePerSecond === null ? null : poissonArrivals(random, ratePerSecond, operations);
    const perform = (i: number): Promise<number> => this.#fetchBook(driver, requests, begin.index * operations + i);
    await offerRequests(
      { clock: this.#clock, beginAtMs: begin.beginAtMs, arrivals, operations, maxInFlight, timeoutMs, recorder, perform },
      offered,
    );
  }

  async #fetchBook(
    driver: Driver,
    requests: RequestLoad,
    index: number,
    timeoutMs: number = requests.timeoutMs,
  ): Promise<number> {
    const { symbols } = this.#config;
    const symbol = symbols[index % symbols.length] ?? '';
    const venue = this.#venue();
    const response = await withGuard(driver.request(venue.bookPath(symbol, requests.levels)), timeoutMs * 2 + 1000);
    // Parsed off the operation's clock: a response counts as answered at its last byte.
    if (response.status === 200) queueMicrotask(() => this.#books.keep(symbol, venue.parseBook(response.body)));
    return response.status;
  }

  async #warmOne(
    driver: Driver,
    index: number,
    halves: readonly [LatencyHistogram, LatencyHistogram],
    half: number,
  ): Promise<void> {
    const { requests } = this.#config;
    if (!requests) return;
    const startedAtMs = this.#clock.now();
    await this.#fetchBook(driver, requests, index, PATIENCE.requestTimeoutMs);
    halves[index < half ? 0 : 1].record(this.#clock.now() - startedAtMs);
  }

  /** Subscribes and drops as many streams as the warm-up has operations, or as there are. */
  async #warmStreams(driver: Driver, operations: number): Promise<void> {
    const options = this.#streamOptions(driver, new StreamRecorder(this.#clock));
    if (!options) return;
    const [first] = options.load.subscriptions;
    const subscriptions = first ? [{ ...first, symbols: Math.min(first.symbols, operations) }] : [];
    const session = new StreamSession({ ...options, load: { ...options.load, subscriptions, change: 0 } });
    await session.open();
    await session.drop();
  }

  #streamOptions(driver: Driver, recorder: StreamRecorder): StreamLoadOptions | null {
    const { streams, symbols } = this.#config;
    if (!streams) return null;
    const venue = this.#venue();
    const names = streams.subscriptions.map(({ channel }) => symbols.map((symbol) => venue.streamName(channel, symbol)));
    return { clock: this.#clock, driver, recorder, load: streams, names };
  }

  #venue(): (typeof venueClients)[string] & object {
    const venue = venueClients[this.#config.venue];
    if (!venue) throw new Error(`no client for venue ${this.#config.venue}`);
    return venue;
  }

  #newDriver(claims: Claims, patience: Partial<DriverSettings> = {}): Driver {
    const { endpoints, ca, settings, requests, streams } = this.#config;
    return this.#createDriver({
      endpoints,
      ca,
      venue: this.#venue(),
      carries: { requests: requests !== null, streams: streams !== null },
      settings: { ...settings, ...patience },
      clock: this.#clock,
      random: this.#random.fork('driver'),
      claims,
    });
  }

  #report(window: ArmReport['window'], operations: OperationTally | null, streams: StreamsTally | null): ArmReport {
    return {
      window,
      operations,
      streams,
      http: this.#http?.read() ?? null,
      placements: this.#placements?.read() ?? null,
      claims: this.#claims.read(),
      machine: this.#machine.read(),
      objects: this.#books.read(),
    };
  }
}

/** A client that never settles an operation costs that operation, not the run. */
async function withGuard<T>(operation: Promise<T>, guardMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const guard = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OperationError('timeout', 'the driver never settled the operation')), guardMs);
  });
  try {
    return await Promise.race([operation, guard]);
  } finally {
    clearTimeout(timer);
  }
}
