import { type Clock, type Random, wallClockMs } from '../../base/index.js';
import { OperationError, type VenueClient } from '../../driver/index.js';
import type { BookKeeper } from './book-keeper.js';
import type { Fleet } from './fleet.js';
import type { ArmConfig, OperationTally, RequestLoad, StreamsTally } from './messages.js';
import { PollCycle } from './poll-cycle.js';
import { OperationRecorder } from './operation-recorder.js';
import { offerRequests } from './request-load.js';
import { poissonArrivals } from './schedule.js';
import { runStreamScript, type StreamLoadOptions, StreamSession } from './stream-load.js';
import { StreamRecorder } from './stream-recorder.js';

export interface LoadParts {
  readonly config: ArmConfig;
  readonly clock: Clock;
  readonly random: Random;
  /** The client side of each venue, by name. */
  readonly venues: ReadonlyMap<string, VenueClient>;
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
  readonly #polls: PollCycle | null;

  constructor(parts: LoadParts) {
    this.#parts = parts;
    const { requests } = parts.config;
    this.#polls = requests && new PollCycle(requests.polls);
  }

  /** Offers the whole load once. `onOffered` is called when no more is offered; answers may still be under way. */
  async offer(fleet: Fleet, begin: Begin, keepLog: boolean, onOffered: () => void): Promise<OfferedLoad> {
    const { config, clock } = this.#parts;
    const recorder = new StreamRecorder(clock, keepLog);
    let offeredUntilMs = Number.NaN;
    let integrals = recorder.integrals();
    const offered = (): void => {
      offeredUntilMs = clock.now();
      integrals = recorder.integrals();
      onOffered();
    };
    const { requests } = config;
    const streams = this.streamOptions(fleet, recorder);
    const log = requests && new OperationRecorder(requests.operations, requests.timeoutMs);
    const offerRequestsOf = (load: RequestLoad, book: OperationRecorder): Promise<void> =>
      this.#offerRequests(fleet, load, book, begin, offered);
    if (requests && log) await besideStreams(streams, () => offerRequestsOf(requests, log));
    else if (streams) await runStreamScript(streams, streams.load.holdMs ?? 0, offered);
    return {
      offeredUntilMs,
      operations: log?.tally(keepLog) ?? null,
      streams: streams ? recorder.tally(integrals) : null,
    };
  }

  /** Performs request number `index` and keeps the order book that it brings; resolves with the HTTP status. */
  async fetch(fleet: Fleet, load: RequestLoad, index: number, timeoutMs = load.timeoutMs): Promise<number> {
    if (!this.#polls) throw new Error('the load has no requests');
    const { books } = this.#parts;
    const { poll, count } = this.#polls.turn(index);
    const { client, symbols } = this.#venue(poll.venue);
    const symbol = symbols[count % Math.min(poll.symbols, symbols.length)] ?? '';
    const path = this.#pathOf(client, poll.operation, symbol, load.levels);
    const { status, body } = await withGuard(fleet.request(poll.venue, path), timeoutMs * 2 + 1000);
    // Parsed off the operation's clock: a response counts as answered at its last byte.
    if (status === 200 && poll.operation === 'depth')
      queueMicrotask(() => books.keep(`${poll.venue} ${symbol}`, client.parseBook(body)));
    return status;
  }

  /** What a session of the configured streams needs; null when the load has none. */
  streamOptions(fleet: Fleet, recorder: StreamRecorder): StreamLoadOptions | null {
    const { config, clock } = this.#parts;
    const load = config.streams;
    if (!load) return null;
    const names = load.subscriptions.map(({ venue, channel }) => {
      const { client, symbols } = this.#venue(venue);
      return symbols.map((symbol) => {
        const stream = client.streamName(channel, symbol);
        fleet.home(stream, venue);
        return stream;
      });
    });
    return { clock, fleet, recorder, load, names };
  }

  #venue(name: string): { readonly client: VenueClient; readonly symbols: readonly string[] } {
    const client = this.#parts.venues.get(name);
    if (!client) throw new Error(`no client for venue ${name}`);
    return { client, symbols: this.#parts.config.venues.find((venue) => venue.name === name)?.symbols ?? [] };
  }

  #pathOf(client: VenueClient, operation: string, symbol: string, levels: number): string {
    if (operation === 'depth') return client.bookPath(symbol, levels);
    const path = client.paths[operation];
    if (!path) throw new Error(`venue ${client.name} cannot be asked for ${operation}`);
    return path(symbol, wallClockMs());
  }

  async #offerRequests(
    fleet: Fleet,
    load: RequestLoad,
    recorder: OperationRecorder,
    begin: Begin,
    offered: () => void,
  ): Promise<void> {
    const { operations, ratePerSecond, maxInFlight, timeoutMs } = load;
    const random = this.#parts.random.fork(`slice ${begin.index}`);
    const arrivals = ratePerSecond === null ? null : poissonArrivals(random, ratePerSecond, operations);
    const perform = (i: number): Promise<number> => this.fetch(fleet, load, begin.index * operations + i);
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
