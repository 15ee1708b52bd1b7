import type { StreamData } from '../protocol.js';

/** What a tracker looks at of a message. */
export type Sequenced = Pick<StreamData, 'firstId' | 'lastId' | 'prevId' | 'snapshot'>;

/** What to do with a message, by the ids it covers. All but `repeated` ones are to be delivered. */
export type SequenceVerdict =
  /** It follows; `overlap` of its ids were there before, where messages are cut differently on two connections. */
  | { readonly kind: 'next'; readonly overlap?: number }
  /** It was there before, or is older than what was. */
  | { readonly kind: 'repeated' }
  | SequenceGap
  | SequenceReset;

/** Ids after `lastGoodId` and before `firstGoodId` are missing, both exclusive. */
export interface SequenceGap {
  readonly kind: 'gap';
  readonly lastGoodId: number;
  readonly firstGoodId: number;
}

/** What came before is void: a snapshot, or the venue has begun to count anew. */
export interface SequenceReset {
  readonly kind: 'reset';
  /** Left out where nothing came before; above `firstGoodId` where the venue counts anew. */
  readonly lastGoodId?: number;
  readonly firstGoodId: number;
  /** Something between the two was not seen, or may not have been where the numbers say nothing about it. */
  readonly missing: boolean;
}

/**
 * Follows one stream. `feed` tells the connections apart that a stream comes over; a number is never used again for
 * another one.
 */
export interface SequenceTracker {
  /** Of what was let through last. */
  readonly lastId: number | undefined;
  judge(message: Sequenced, feed?: number): SequenceVerdict;
  /** The next snapshot was asked for and counts, even when it shows nothing new. */
  awaitSnapshot(): void;
  /** The connection is gone. Then the numbers of the next one may be lower than all before. */
  left(feed: number): void;
}

export const NEXT: SequenceVerdict = { kind: 'next' };
export const REPEATED: SequenceVerdict = { kind: 'repeated' };
