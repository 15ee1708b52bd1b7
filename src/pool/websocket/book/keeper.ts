import { type Clock, type Random, seededRandom, systemClock, type TimerHandle } from '../../../base/index.js';
import type { StreamData } from '../protocol.js';
import type { BookRule, BookSideView, BookSnapshot, BookState } from './contracts.js';
import { type BookFlaw, BookSync } from './sync.js';

/** Settings of a book keeper; durations in milliseconds. */
export interface BookKeeperOptions {
  readonly rule: BookRule;
  /** Asks for the whole book beside the stream; needed by rules that do not have it on the stream. */
  readonly snapshot?: (signal: AbortSignal) => Promise<BookSnapshot>;
  /** Unsubscribes from the book's one stream and subscribes again; needed by rules that have the snapshot on it. */
  readonly resubscribe?: () => void | Promise<void>;
  readonly onState?: (state: BookState, flaw: BookFlaw | undefined) => void;
  /** How long an attempt to get a snapshot may take (default 5 s). */
  readonly attemptTimeoutMs?: number;
  /** Between attempts that fail, at random up to twice as long each time (default 250 ms to 10 s). */
  readonly retry?: { readonly initialMs: number; readonly maxMs: number };
  /** Messages kept while a snapshot is on its way (default 5000), and levels on each side (default 5000). */
  readonly maxBuffered?: number;
  readonly maxLevels?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

const DEFAULTS = {
  attemptTimeoutMs: 5000,
  retry: { initialMs: 250, maxMs: 10_000 },
  maxBuffered: 5000,
  maxLevels: 5000,
};

/**
 * Keeps one order book whole: applies what follows, and after a loss gets a new snapshot of this one symbol. While it
 * is not `live`, its levels are those of the last whole state.
 * @throws {RangeError} from the constructor when the rule needs a way to a snapshot that is left out
 */
export class BookKeeper {
  readonly #options: BookKeeperOptions & typeof DEFAULTS;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sync: BookSync;
  #told: BookState = 'syncing';
  #attempts = 0;
  #resyncs = 0;
  #attempt: AbortController | undefined;
  /** An attempt stands, or the next one waits. */
  #busy = false;
  #liveSinceMs = Number.NaN;
  #timer: TimerHandle;
  #closed = false;

  constructor(options: BookKeeperOptions) {
    const way = options.rule.snapshots === 'requested' ? 'snapshot' : 'resubscribe';
    if (!options[way]) throw new RangeError(`Expected \`${way}\`: this rule has no other way to a whole book`);
    this.#options = { ...DEFAULTS, ...options };
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? seededRandom(`${process.pid}/${systemClock.now()}`);
    this.#sync = new BookSync(options.rule, this.#options);
  }

  get state(): BookState {
    return this.#sync.state;
  }

  get bids(): BookSideView {
    return this.#sync.bids;
  }

  get asks(): BookSideView {
    return this.#sync.asks;
  }

  /** The id of the last change in the book. */
  get lastId(): number | undefined {
    return this.#sync.lastId;
  }

  /** Snapshots that were asked for so far. */
  get resyncs(): number {
    return this.#resyncs;
  }

  /** A message of the book's stream, in the order in which they come; repeated ones do no harm. */
  apply(message: StreamData): void {
    if (this.#closed) return;
    this.#sync.apply(message);
    this.#settle();
  }

  /** Messages may have been lost of which the numbers say nothing, for example because a connection broke. */
  lost(): void {
    if (this.#closed) return;
    this.#sync.lost();
    this.#settle();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #settle(): void {
    const { state, flaw, wantsSnapshot } = this.#sync;
    if (wantsSnapshot) {
      if (!this.#busy) this.#next();
    } else if (this.#busy) this.#stop();
    if (state === this.#told) return;
    // To begin with is no failure.
    if (this.#told === 'syncing') this.#attempts = 0;
    this.#told = state;
    if (state === 'live') this.#liveSinceMs = this.#clock.now();
    this.#options.onState?.(state, flaw);
  }

  /** Asks at once for the first time in a row, later after a while. Only a book that holds ends the row. */
  #next(): void {
    const { initialMs, maxMs } = this.#options.retry;
    this.#busy = true;
    if (this.#clock.now() - this.#liveSinceMs >= maxMs) this.#attempts = 0;
    this.#liveSinceMs = Number.NaN;
    const longestMs = this.#attempts === 0 ? 0 : Math.min(maxMs, initialMs * 2 ** (this.#attempts - 1));
    if (longestMs === 0) this.#ask();
    else this.#timer = this.#clock.setTimeout(() => this.#ask(), longestMs * this.#random.next());
  }

  #ask(): void {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#attempts += 1;
    this.#resyncs += 1;
    this.#timer = this.#clock.setTimeout(() => this.#failed(attempt), this.#options.attemptTimeoutMs);
    this.#fetch(attempt).catch(() => this.#failed(attempt));
  }

  async #fetch(attempt: AbortController): Promise<void> {
    const { rule, snapshot, resubscribe } = this.#options;
    if (rule.snapshots === 'streamed') {
      // The snapshot comes on the stream; until then the attempt stands.
      await resubscribe?.();
      return;
    }
    const book = await snapshot?.(attempt.signal);
    if (!book || attempt !== this.#attempt) return;
    this.#sync.restore(book);
    if (this.#sync.wantsSnapshot) this.#failed(attempt);
    this.#settle();
  }

  /** Tries again later, unless something came of the attempt after all. */
  #failed(attempt: AbortController): void {
    if (attempt !== this.#attempt) return;
    this.#stop();
    this.#next();
  }

  #stop(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#busy = false;
    this.#clock.clearTimeout(this.#timer);
    attempt?.abort();
  }
}
