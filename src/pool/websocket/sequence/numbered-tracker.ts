import type { Predecessor } from './predecessors.js';
import { NEXT, REPEATED, type Sequenced, type SequenceTracker, type SequenceVerdict } from './verdict.js';

/** One connection's part in a stream. */
interface Feed {
  readonly number: number;
  /** How often the venue had begun to count anew when the feed was last in step. */
  era: number;
  lastId: number;
}

const NO_FEED: Feed = { number: Number.NaN, era: 0, lastId: Number.NEGATIVE_INFINITY };

/**
 * Lets every message of a stream through once and forwards only, over any number of feeds, and notices what is missing.
 * Numbers go back only by a snapshot or by a link from above (OKX after maintenance); a feed that has not taken that
 * step yet is out of step, and what it says is old.
 */
export class NumberedTracker implements SequenceTracker {
  readonly #predecessor: Predecessor;
  readonly #feeds = new Map<number, Feed>();
  #lastId: number | undefined;
  #era = 0;
  /** The feed that the last message came over, and the one that the last news came over. */
  #current = NO_FEED;
  #leader = NO_FEED;
  /** The link by which the venue last began to count anew. */
  #restartLink = { prevId: Number.NaN, lastId: Number.NaN };
  #snapshotAwaited = false;

  constructor(predecessor: Predecessor) {
    this.#predecessor = predecessor;
  }

  get lastId(): number | undefined {
    return this.#lastId;
  }

  judge(message: Sequenced, feed = 0): SequenceVerdict {
    // Whatever a broken frame says, nothing is compared with what is no number: all that follows would look old.
    if (!Number.isFinite(message.lastId)) return REPEATED;
    if (feed !== this.#current.number) this.#current = this.#feedOf(feed);
    const own = this.#current;
    const ownBefore = own.lastId;
    own.lastId = message.lastId;
    const before = this.#lastId;
    if (before === undefined) return this.#begin(message);
    if (message.snapshot) return this.#snapshot(message, before, ownBefore);
    if (message.prevId !== undefined && message.lastId < message.prevId)
      return this.#restart(message, message.prevId, { before, ownBefore });
    if (own.era < this.#era) return REPEATED;
    return this.#follow(message, before);
  }

  awaitSnapshot(): void {
    this.#snapshotAwaited = true;
  }

  left(feed: number): void {
    this.#feeds.delete(feed);
    if (this.#current.number === feed) this.#current = NO_FEED;
    if (this.#leader.number === feed) this.#leader = NO_FEED;
  }

  #feedOf(number: number): Feed {
    const known = this.#feeds.get(number);
    if (known) return known;
    const feed = { number, era: this.#era, lastId: Number.NEGATIVE_INFINITY };
    this.#feeds.set(number, feed);
    return feed;
  }

  #begin(message: Sequenced): SequenceVerdict {
    this.#take(message.lastId);
    if (!message.snapshot) return NEXT;
    this.#snapshotAwaited = false;
    return { kind: 'reset', firstGoodId: message.lastId, missing: false };
  }

  #follow(message: Sequenced, before: number): SequenceVerdict {
    if (!(message.lastId > before)) {
      // A book that stands still says so (OKX): the message links the last id to itself.
      return message.prevId === before && message.lastId === before ? NEXT : REPEATED;
    }
    this.#take(message.lastId);
    const follows = this.#predecessor(message, before);
    if (follows === before) return NEXT;
    if (follows < before) return { kind: 'next', overlap: before - follows };
    return { kind: 'gap', lastGoodId: before, firstGoodId: message.firstId };
  }

  #snapshot(message: Sequenced, before: number, ownBefore: number): SequenceVerdict {
    const { firstId, lastId } = message;
    if (!this.#snapshotAwaited && !this.#counts(lastId, before, ownBefore)) return REPEATED;
    this.#snapshotAwaited = false;
    this.#current.era = this.#era;
    if (lastId < before) this.#beginEra();
    this.#take(lastId);
    const missing = lastId < before || this.#predecessor({ firstId, lastId, prevId: firstId - 1 }, before) > before;
    return { kind: 'reset', lastGoodId: before, firstGoodId: lastId, missing };
  }

  /** Whether a snapshot that nobody asked for shows anything new. */
  #counts(lastId: number, before: number, ownBefore: number): boolean {
    const wentBack = lastId < ownBefore;
    if (this.#catchesUp(wentBack)) return this.#current.era === this.#era && lastId > before;
    if (lastId >= before) return lastId > before;
    // Another feed that carries the stream on knows more than a newcomer that is behind.
    return wentBack || this.#leader === NO_FEED || this.#leader === this.#current;
  }

  /** Whether the feed is out of step; with a step back it comes one era nearer. */
  #catchesUp(wentBack: boolean): boolean {
    const own = this.#current;
    if (own.era === this.#era) return false;
    if (wentBack) own.era += 1;
    return true;
  }

  /** The message links a higher id to its own lower one: the venue counts anew from here. */
  #restart(
    { lastId }: Sequenced,
    prevId: number,
    { before, ownBefore }: { readonly before: number; readonly ownBefore: number },
  ): SequenceVerdict {
    if (lastId === ownBefore) return REPEATED;
    if (this.#catchesUp(true)) return REPEATED;
    const known = this.#restartLink.prevId === prevId && this.#restartLink.lastId === lastId;
    if (prevId !== ownBefore && (known || prevId < before)) return REPEATED;
    this.#restartLink = { prevId, lastId };
    this.#beginEra();
    this.#take(lastId);
    return { kind: 'reset', lastGoodId: before, firstGoodId: lastId, missing: prevId > before };
  }

  #beginEra(): void {
    this.#era += 1;
    this.#current.era = this.#era;
  }

  #take(lastId: number): void {
    this.#lastId = lastId;
    this.#leader = this.#current;
  }
}
