import type { StreamData } from '../protocol.js';
import { createTracker, type SequenceTracker, type SequenceVerdict } from '../sequence/index.js';
import { bookChecksum } from './checksum.js';
import type { BookRule, BookSnapshot, BookState } from './contracts.js';
import { BookSide } from './side.js';

export interface BookLimits {
  /** Messages kept while a snapshot is on its way; of more, the oldest go. */
  readonly maxBuffered: number;
  /** Levels kept on each side. */
  readonly maxLevels: number;
}

/** Why a book that was live is not any more. */
export type BookFlaw = 'gap' | 'checksum' | 'crossed' | 'lost';

/**
 * The state machine of one book: messages and snapshots in, levels out. It asks for nothing by itself: as long as
 * `wantsSnapshot` is true, somebody has to.
 */
export class BookSync {
  readonly bids = new BookSide('bids');
  readonly asks = new BookSide('asks');
  readonly #rule: BookRule;
  readonly #limits: BookLimits;
  readonly #tracker: SequenceTracker;
  #buffer: StreamData[] = [];
  #state: BookState = 'syncing';
  #wantsSnapshot = false;
  #flaw: BookFlaw | undefined;

  constructor(rule: BookRule, limits: BookLimits) {
    this.#rule = rule;
    this.#limits = limits;
    this.#tracker = createTracker(rule.sequence);
  }

  get state(): BookState {
    return this.#state;
  }

  get wantsSnapshot(): boolean {
    return this.#wantsSnapshot;
  }

  /** What broke the book last. */
  get flaw(): BookFlaw | undefined {
    return this.#flaw;
  }

  /** The id of the last change in the book. */
  get lastId(): number | undefined {
    return this.#tracker.lastId;
  }

  /** A message of the book's stream. */
  apply(message: StreamData): void {
    if (message.snapshot && this.#rule.snapshots === 'streamed') this.#begin(message);
    else if (this.#state === 'live') this.#follow(message);
    else this.#keep(message);
  }

  /** The snapshot that was asked for beside the stream. One that is too old changes nothing but the wish for another. */
  restore({ updateId, bids, asks }: BookSnapshot): void {
    this.#tracker.awaitSnapshot();
    this.#tracker.judge({ firstId: updateId, lastId: updateId, snapshot: true });
    this.#replace(bids, asks);
    const kept = this.#buffer;
    for (const [index, message] of kept.entries()) {
      if (this.#isBroken(message, this.#tracker.judge(message))) {
        this.#buffer = kept.slice(index);
        return;
      }
    }
    this.#buffer = [];
    if (!this.#isCrossed()) this.#live();
  }

  /** Messages may have been lost of which the numbers say nothing. */
  lost(): void {
    if (this.#state === 'live') this.#break('lost');
  }

  #begin(message: StreamData): void {
    if (this.#tracker.judge(message).kind === 'repeated') return;
    const { bids, asks } = this.#rule.read(message.payload);
    this.#replace(bids, asks);
    const flaw = this.#flawOf(message);
    if (flaw) this.#break(flaw);
    else this.#live();
  }

  #follow(message: StreamData): void {
    const verdict = this.#tracker.judge(message);
    if (this.#isBroken(message, verdict)) this.#break('gap', message);
    else if (verdict.kind !== 'repeated') {
      const flaw = this.#flawOf(message);
      if (flaw) this.#break(flaw);
    }
  }

  /** Applies a message that follows; true, and nothing applied, when it does not. */
  #isBroken(message: StreamData, verdict: SequenceVerdict): boolean {
    if (verdict.kind === 'repeated') return false;
    if (verdict.kind === 'gap' || (verdict.kind === 'reset' && verdict.missing)) return true;
    // Differences from another state than ours leave out what went there and back. A snapshot by REST is different:
    // the event that contains it names every level that it touched.
    if (verdict.kind === 'next' && verdict.overlap !== undefined && this.#rule.snapshots === 'streamed') return true;
    const { bids, asks } = this.#rule.read(message.payload);
    for (const level of bids) this.bids.set(level);
    for (const level of asks) this.asks.set(level);
    this.#trim();
    return false;
  }

  #flawOf(message: StreamData): BookFlaw | undefined {
    const sent = this.#rule.checksum?.(message.payload);
    if (sent !== undefined && sent !== bookChecksum(this.bids, this.asks)) return 'checksum';
    return this.#isCrossed() ? 'crossed' : undefined;
  }

  #isCrossed(): boolean {
    return this.bids.bestPrice >= this.asks.bestPrice;
  }

  /** A message while the book is not whole. */
  #keep(message: StreamData): void {
    this.#wantsSnapshot = true;
    if (this.#rule.snapshots === 'streamed') {
      this.#tracker.awaitSnapshot();
      return;
    }
    this.#buffer.push(message);
    if (this.#buffer.length > this.#limits.maxBuffered) this.#buffer.shift();
  }

  #break(flaw: BookFlaw, message?: StreamData): void {
    this.#state = 'broken';
    this.#flaw = flaw;
    this.#wantsSnapshot = true;
    this.#tracker.awaitSnapshot();
    this.#buffer = message && this.#rule.snapshots === 'requested' ? [message] : [];
  }

  #live(): void {
    this.#state = 'live';
    this.#wantsSnapshot = false;
  }

  #replace(bids: BookSnapshot['bids'], asks: BookSnapshot['asks']): void {
    this.bids.replace(bids);
    this.asks.replace(asks);
    this.#trim();
  }

  #trim(): void {
    this.bids.trim(this.#limits.maxLevels);
    this.asks.trim(this.#limits.maxLevels);
  }
}
