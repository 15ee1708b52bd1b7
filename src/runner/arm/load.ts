import type { Clock, Random } from '../../base/index.js';
import { type Driver, OperationError, type VenueClient } from '../../driver/index.js';
import type { BookKeeper } from './book-keeper.js';
import type { ArmConfig, OperationTally, RequestLoad, StreamsTally } from './messages.js';
import { OperationRecorder } from './operation-recorder.js';
import { offerRequests } from './request-load.js';
import { poissonArrivals } from './schedule.js';
import { runStreamScript, type StreamLoadOptions, StreamSession } from './stream-load.js';
import { StreamRecorder } from './stream-recorder.js';

export interface LoadParts {
  readonly config: ArmConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly venue: VenueClient;
  readonly books: BookKeeper;
}

/** When a load begins, and which arrivals it has: the same `index` gives the same ones in every arm. */
export interface Begin {
  readonly index: number;
  readonly atMs: number;
}

export interface OfferedLoad {
  readonly offeredUntilMs: number;
  readonly operations: OperationTally | null;
  readonly streams: StreamsTally | null;
}

/** The scenario's load: requests, streams, or requests beside streams. */
export class Load {
  readonly #parts: LoadParts;

  constructor(parts: LoadParts) {
    this.#parts = parts;
  }

  /** Offers the whole load once. `onOffered` is called when no more is offered; answers may still be under way. */
  async offer(driver: Driver, begin: Begin, keepLog: boolean, onOffered: () => void): Promise<OfferedLoad> {
    const { config, clock } = this.#parts;
    const recorder = new StreamRecorder(clock);
    let offeredUntilMs = Number.NaN;
    let integrals = recorder.integrals();
    const offered = (): void => {
      offeredUntilMs = clock.now();
      integrals = recorder.integrals();
      onOffered();
    };
    const { requests } = config;
    const streams = this.streamOptions(driver, recorder);
    const log = requests && new OperationRecorder(requests.operations, requests.timeoutMs);
    const offerRequestsOf = (load: RequestLoad, book: OperationRecorder): Promise<void> =>
      this.#offerRequests(driver, load, book, begin, offered);
    if (requests && log) await besideStreams(streams, () => offerRequestsOf(requests, log));
    else if (streams) await runStreamScript(streams, streams.load.holdMs ?? 0, offered);
    return {
      offeredUntilMs,
      operations: log?.tally(keepLog) ?? null,
      streams: streams ? recorder.tally(integrals) : null,
    };
  }

  /** Fetches one order book and keeps it; resolves with the HTTP status. */
  async fetchBook(driver: Driver, load: RequestLoad, index: number, timeoutMs = load.timeoutMs): Promise<number> {
    const { config, venue, books } = this.#parts;
    const symbol = config.symbols[index % config.symbols.length] ?? '';
    const response = await withGuard(driver.request(venue.bookPath(symbol, load.levels)), timeoutMs * 2 + 1000);
    // Parsed off the operation's clock: a response counts as answered at its last byte.
    if (response.status === 200) queueMicrotask(() => books.keep(symbol, venue.parseBook(response.body)));
    return response.status;
  }

  /** What a session of the configured streams needs; null when the load has none. */
  streamOptions(driver: Driver, recorder: StreamRecorder): StreamLoadOptions | null {
    const { config, venue, clock } = this.#parts;
    const load = config.streams;
    if (!load) return null;
    const names = load.subscriptions.map(({ channel }) =>
      config.symbols.map((symbol) => venue.streamName(channel, symbol)),
    );
    return { clock, driver, recorder, load, names };
  }

  async #offerRequests(
    driver: Driver,
    load: RequestLoad,
    recorder: OperationRecorder,
    begin: Begin,
    offered: () => void,
  ): Promise<void> {
    const { operations, ratePerSecond, maxInFlight, timeoutMs } = load;
    const random = this.#parts.random.fork(`slice ${begin.index}`);
    const arrivals = ratePerSecond === null ? null : poissonArrivals(random, ratePerSecond, operations);
    const perform = (i: number): Promise<number> => this.fetchBook(driver, load, begin.index * operations + i);
    const { clock } = this.#parts;
    const beginAtMs = begin.atMs;
    await offerRequests({ clock, beginAtMs, arrivals, operations, maxInFlight, timeoutMs, recorder, perform }, offered);
  }
}

/** Holds the streams open while the requests go on. */
async function besideStreams(streams: StreamLoadOptions | null, requests: () => Promise<void>): Promise<void> {
  const session = streams && new StreamSession(streams);
  // A stream that cannot be opened shows in coverage and as a miss; the requests go on beside it.
  session?.open().catch(() => undefined);
  await requests();
  await session?.drop();
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
