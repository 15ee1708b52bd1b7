import type { BookLevel, BookSnapshot } from '../../../../src/pool/websocket/book/index.js';
import type { StreamData } from '../../../../src/pool/websocket/protocol.js';

/** One change that the venue makes: a side, a price from the middle outwards, and the new size. */
export type TrueChange = readonly [bid: boolean, distance: number, size: number];

const MIDDLE = 100;

/** A venue's book that knows its every state, and tells of it in any of the venues' ways. */
export class TrueBook {
  /** Sides by id of the change that led to them; number 0 is the beginning. */
  readonly #states: { readonly bids: Map<string, string>; readonly asks: Map<string, string> }[] = [
    { bids: new Map([['99', '1']]), asks: new Map([['101', '1']]) },
  ];

  get lastId(): number {
    return this.#states.length - 1;
  }

  change([bid, distance, size]: TrueChange): void {
    const before = this.#states[this.lastId]!;
    const after = { bids: new Map(before.bids), asks: new Map(before.asks) };
    const side = bid ? after.bids : after.asks;
    const price = String(bid ? MIDDLE - distance : MIDDLE + distance);
    if (size === 0) side.delete(price);
    else side.set(price, String(size));
    this.#states.push(after);
  }

  snapshot(id: number): BookSnapshot {
    const { bids, asks } = this.#states[id]!;
    return { updateId: id, bids: sorted(bids, -1), asks: sorted(asks, 1) };
  }

  /** All levels that were touched between two states, with their last sizes (Binance, Bybit). */
  touched(from: number, to: number): StreamData {
    const names = { bids: new Set<string>(), asks: new Set<string>() };
    for (let id = from + 1; id <= to; id += 1)
      for (const side of ['bids', 'asks'] as const)
        for (const price of differing(this.#states[id - 1]![side], this.#states[id]![side])) names[side].add(price);
    const levels = (side: 'bids' | 'asks'): BookLevel[] =>
      [...names[side]].map((price) => [price, this.#states[to]![side].get(price) ?? '0']);
    return message(from, to, { b: levels('bids'), a: levels('asks') });
  }

  /** All levels that differ between two states (OKX, Deribit). */
  differing(from: number, to: number): StreamData {
    const [before, after] = [this.#states[from]!, this.#states[to]!];
    const levels = (side: 'bids' | 'asks'): BookLevel[] =>
      differing(before[side], after[side]).map((price) => [price, after[side].get(price) ?? '0']);
    return message(from, to, [{ bids: levels('bids'), asks: levels('asks') }]);
  }
}

function message(from: number, to: number, payload: unknown): StreamData {
  return { kind: 'data', stream: 'book', firstId: from + 1, lastId: to, prevId: from, payload };
}

function differing(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((price) => before.get(price) !== after.get(price));
}

function sorted(side: ReadonlyMap<string, string>, sign: 1 | -1): BookLevel[] {
  return [...side].sort(([one], [other]) => (Number(one) - Number(other)) * sign);
}
