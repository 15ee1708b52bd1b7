import type { SequenceRule } from '../protocol.js';

/** Price and size exactly as the venue writes them: nothing is rounded, and checksums can be made of it. */
export type BookLevel = readonly [price: string, size: string];

/** A whole book, as it was after the change with this id. */
export interface BookSnapshot {
  readonly updateId: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** Levels and their new sizes; a size of zero means that the level is gone. */
export interface BookChange {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** How a venue's book is kept. */
export interface BookRule {
  readonly sequence: SequenceRule;
  /** Whether a whole book has to be asked for beside the stream, or comes on it after each subscription. */
  readonly snapshots: 'requested' | 'streamed';
  /** Reads the payload of a message, snapshots included. */
  read(payload: unknown): BookChange;
  /** The checksum that the venue sends with a message, where it does; of the book after the message. */
  checksum?(payload: unknown): number | undefined;
}

/** `syncing` until the first book is whole, then `live`; `broken` from a loss to the next whole book. */
export type BookState = 'syncing' | 'live' | 'broken';

/** One side of a book, best level first. */
export interface BookSideView {
  readonly size: number;
  readonly best: BookLevel | undefined;
  /** The best levels, as many as there are up to `count`. */
  top(count: number): readonly BookLevel[];
}
