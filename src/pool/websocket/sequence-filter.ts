/** What to do with a message, by the ids it covers. */
export type SequenceVerdict = { readonly kind: 'next' } | { readonly kind: 'repeated' } | SequenceGap;

export interface SequenceGap {
  readonly kind: 'gap';
  readonly lastGoodId: number;
}

const NEXT: SequenceVerdict = { kind: 'next' };
const REPEATED: SequenceVerdict = { kind: 'repeated' };

/** Lets every message of one stream through once and forwards only, and notices what is missing between two. */
export class SequenceFilter {
  #lastId: number | undefined;

  /** Judges the message with ids `firstId` to `lastId`, both inclusive, and remembers it unless it is repeated. */
  judge(firstId: number, lastId: number): SequenceVerdict {
    const before = this.#lastId;
    if (before !== undefined && lastId <= before) return REPEATED;
    this.#lastId = lastId;
    return before !== undefined && firstId > before + 1 ? { kind: 'gap', lastGoodId: before } : NEXT;
  }
}
