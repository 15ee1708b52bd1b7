import { NEXT, REPEATED, type Sequenced, type SequenceTracker, type SequenceVerdict } from './verdict.js';

/**
 * For streams without ids: messages of two feeds cannot be told from each other, so one feed is listened to at a time,
 * until it is gone or another one shows the whole state.
 */
export class UnnumberedTracker implements SequenceTracker {
  readonly lastId = undefined;
  #feed: number | undefined;

  judge(message: Sequenced, feed = 0): SequenceVerdict {
    const begun = this.#feed !== undefined;
    if (message.snapshot) {
      this.#feed = feed;
      return { kind: 'reset', firstGoodId: 0, missing: begun };
    }
    this.#feed ??= feed;
    return feed === this.#feed ? NEXT : REPEATED;
  }

  awaitSnapshot(): void {
    // Every snapshot counts.
  }

  left(feed: number): void {
    if (this.#feed === feed) this.#feed = undefined;
  }
}
