import type { Clock, TimerHandle } from '../../base/index.js';
import type { GapCause } from './events.js';
import type { SequenceRule, StreamData } from './protocol.js';
import {
  createTracker,
  type SequenceGap,
  type SequenceReset,
  type SequenceTracker,
  type SequenceVerdict,
} from './sequence/index.js';

/** One connection's feed of a stream. */
export interface Feed {
  /** Never used again for another one. */
  readonly number: number;
  /** The venue acknowledged it, so that it brings everything sent from then on. */
  readonly acknowledged: boolean;
  /** It was seen to bring what the consumer has, or what follows on it: nothing is missing between the two. */
  joined: boolean;
  /** The venue was asked to end it: it brings what comes before the answer, and no more. */
  readonly leaving?: boolean;
  /** Messages that wait until another feed has brought what comes before them. */
  held: StreamData[];
}

/** A gap without the stream's name and its end. */
export interface MergeGap {
  readonly lastGoodId: number | null;
  readonly lastGoodAtMs: number;
  readonly cause: GapCause;
  readonly unknownLoss?: true;
}

export interface FeedMergeOptions {
  readonly rule: SequenceRule;
  readonly clock: Clock;
  /** How long a message waits for another feed to bring what is missing before it. */
  readonly mergeWaitMs: number;
  /** The feeds there are, as long as their connections live. */
  readonly feeds: () => readonly Feed[];
  /** `gap` is what is missing before the message. */
  readonly deliver: (message: StreamData, nowMs: number, gap: MergeGap | undefined) => void;
  /** A message was dropped because its like was delivered; `elsewhere`: there are other feeds that may have brought it. */
  readonly dropped: (elsewhere: boolean) => void;
}

/** A message that waits, and the feed that brought it. */
interface Waiting {
  readonly feed: Feed;
  readonly message: StreamData;
}

type Delivered = Exclude<SequenceVerdict, { kind: 'repeated' }>;
type Telling = SequenceGap | SequenceReset;

// A feed that runs far ahead of a stalled one must not fill the memory.
const MOST_HELD = 1000;

/**
 * Makes one stream of the feeds of several connections: the first to bring a message wins, what was there before is
 * dropped. A message with something missing before it waits, while another feed may still bring that. What is missing
 * in the end is told with the message after it.
 */
export class FeedMerge {
  readonly #options: FeedMergeOptions;
  readonly #rule: SequenceRule;
  readonly #tracker: SequenceTracker;
  #lastAtMs = Number.NaN;
  /** The feed that brought the last message. */
  #leader: Feed | undefined;
  /** What was acknowledged may have been lost with its connection, and nothing since shows that it was not. */
  #inDoubt = false;
  #held = 0;
  /** Held by feeds that have ended, while others that are on their way out may still bring them. */
  #orphans: readonly Waiting[] = [];
  #timer: TimerHandle;
  /** Held messages are being looked through. */
  #settling = false;

  constructor(options: FeedMergeOptions) {
    this.#options = options;
    this.#rule = options.rule;
    this.#tracker = createTracker(options.rule);
  }

  /** Id of the last message delivered. */
  get lastId(): number | undefined {
    return this.#tracker.lastId;
  }

  arrived(feed: Feed, message: StreamData, nowMs: number): void {
    const waits = feed.held.length > 0 || (this.#isAhead(feed, message) && this.#othersFill(feed));
    if (waits) {
      this.#hold(feed, message);
      return;
    }
    if (this.#held > 0) this.#releaseBefore(feed, message, nowMs);
    this.#judge(feed, message, nowMs, false);
  }

  /**
   * A feed has ended and is no longer among the feeds. `complete`: the venue ended it in order, after everything that it
   * had sent. `sinceMs`: when it began, for the case that it brought nothing.
   */
  ended(feed: Feed, complete: boolean, sinceMs: number): void {
    const feeds = this.#options.feeds();
    const covered = feeds.some(({ joined, acknowledged }) => joined || (complete && acknowledged));
    // Without ids nothing shows where one feed leaves off and another one begins.
    const unclear = this.#rule === 'none' ? this.#leader === feed : !covered;
    if ((feed.acknowledged || feed.joined) && unclear) {
      this.#inDoubt = true;
      if (Number.isNaN(this.#lastAtMs)) this.#lastAtMs = sinceMs;
    }
    this.#tracker.left(feed.number);
    this.#held -= feed.held.length;
    const orphans = [...this.#orphans, ...feed.held.map((message) => ({ feed, message }))];
    this.#orphans = [];
    feed.held = [];
    const filling = feeds.filter(fills);
    if (orphans.length + this.#held > 0 && filling.length === 0) {
      this.#flush(orphans);
      return;
    }
    // A feed that fills brings by itself what the ended one had ahead of it, unless it ends before.
    if (filling.every(({ leaving }) => leaving)) this.#orphans = orphans;
    if (this.#held === 0) this.stop();
  }

  /** The stream is asked for anew, for the sake of its next snapshot. */
  awaitSnapshot(): void {
    this.#tracker.awaitSnapshot();
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** Is something missing before the message, or may something be? */
  #isAhead(feed: Feed, message: StreamData): boolean {
    const { lastId } = this.#tracker;
    if (lastId === undefined || message.lastId <= lastId) return false;
    // What only rises proves nothing by being later; a feed has to show that it reaches back to what is known.
    if (this.#rule === 'rising') return !feed.joined;
    if (this.#rule === 'contiguous' || message.snapshot) return message.firstId > lastId + 1;
    return message.prevId !== undefined && message.prevId > lastId;
  }

  /** `unproven`: nobody brings any more what may be missing before the message. */
  #judge(feed: Feed, message: StreamData, nowMs: number, unproven: boolean): void {
    const { lastId } = this.#tracker;
    const verdict = this.#tracker.judge(message, feed.number);
    if (verdict.kind === 'repeated') this.#known(feed);
    else this.#accept(feed, message, nowMs, this.#gap(verdict, lastId, unproven));
  }

  #known(feed: Feed): void {
    feed.joined = true;
    if (this.#rule !== 'none') this.#inDoubt = false;
    this.#options.dropped(this.#options.feeds().length > 1);
  }

  #accept(feed: Feed, message: StreamData, nowMs: number, gap: MergeGap | undefined): void {
    feed.joined = true;
    this.#leader = feed;
    this.#inDoubt = false;
    this.#lastAtMs = nowMs;
    this.#options.deliver(message, nowMs, gap);
    if (this.#held > 0 && !this.#settling) this.#drain(nowMs);
  }

  #gap(verdict: Delivered, lastId: number | undefined, unproven: boolean): MergeGap | undefined {
    const told = this.#tells(verdict);
    const silent = this.#rule === 'rising' || lastId === undefined;
    if (!told && !(silent && (this.#inDoubt || unproven))) return undefined;
    const exact = told && !silent && verdict.firstGoodId > lastId;
    return {
      lastGoodId: lastId ?? null,
      lastGoodAtMs: this.#lastAtMs,
      cause: this.#inDoubt ? 'connection' : 'venue',
      ...(!exact && { unknownLoss: true }),
    };
  }

  #tells(verdict: Delivered): verdict is Telling {
    if (verdict.kind === 'gap') return true;
    return verdict.kind === 'reset' && verdict.missing && this.#rule !== 'none';
  }

  #othersFill(feed: Feed): boolean {
    return this.#options.feeds().some((other) => other !== feed && fills(other));
  }

  #hold(feed: Feed, message: StreamData): void {
    const { clock, mergeWaitMs } = this.#options;
    const expired = (): void => {
      // Timers run before sockets are read: after a stall of the event loop what is missing may be waiting there.
      this.#timer = clock.setTimeout(() => this.#flush([]), 0);
    };
    if (this.#held === 0) this.#timer = clock.setTimeout(expired, mergeWaitMs);
    feed.held.push(message);
    this.#held += 1;
    if (this.#held >= MOST_HELD) this.#flush([]);
  }

  /**
   * A feed that skips what another one holds has left it out: that is delivered first, or it would be lost, and where
   * ids only rise be taken for something that was there before.
   */
  #releaseBefore(feed: Feed, { firstId }: StreamData, nowMs: number): void {
    this.#settling = true;
    for (const other of this.#options.feeds()) {
      if (other === feed) continue;
      for (let [message] = other.held; message && message.lastId < firstId; [message] = other.held) {
        other.held.shift();
        this.#held -= 1;
        this.#judge(other, message, nowMs, this.#rule === 'rising' && this.#isAhead(other, message));
      }
    }
    this.#settling = false;
    if (this.#held === 0) this.stop();
  }

  /** Delivers what was held and is now next, and drops what is known by now, as long as one leads to another. */
  #drain(nowMs: number): void {
    this.#settling = true;
    let before: number;
    do {
      before = this.#held;
      for (const feed of this.#options.feeds()) this.#drainFeed(feed, nowMs);
    } while (this.#held > 0 && this.#held < before);
    this.#settling = false;
    if (this.#held === 0) this.stop();
  }

  #drainFeed(feed: Feed, nowMs: number): void {
    for (let [message] = feed.held; message && !this.#isAhead(feed, message); [message] = feed.held) {
      feed.held.shift();
      this.#held -= 1;
      this.#judge(feed, message, nowMs, false);
    }
  }

  /** Nobody brings any more what is missing before them: delivers all that is held, in order, and tells the gaps. */
  #flush(orphans: readonly Waiting[]): void {
    this.stop();
    this.#settling = true;
    const now = this.#options.clock.now();
    const waiting = [...orphans];
    for (const feed of this.#options.feeds()) {
      for (const message of feed.held) waiting.push({ feed, message });
      feed.held = [];
    }
    this.#held = 0;
    waiting.sort((one, other) => one.message.lastId - other.message.lastId);
    for (const { feed, message } of waiting)
      this.#judge(feed, message, now, this.#rule === 'rising' && this.#isAhead(feed, message));
    for (const { feed } of orphans) this.#tracker.left(feed.number);
    this.#settling = false;
  }
}

/** Can it bring what another one misses? Not when it misses something itself. */
function fills({ joined, held }: Feed): boolean {
  return joined && held.length === 0;
}
