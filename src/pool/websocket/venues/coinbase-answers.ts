import type { DecodedFrame } from '../protocol.js';
import { OTHER } from './frame.js';

export type RequestKind = 'subscribe' | 'unsubscribe';

interface Pending {
  readonly id: number;
  readonly kind: RequestKind;
  readonly streams: Set<string>;
}

/**
 * Coinbase answers without the request's id, with the list of all that is live. Such a list answers the oldest request
 * that it fulfils; an error answers the oldest of its kind. A request for the same streams takes the place of the older
 * one, so that what was never answered does not stand in the way.
 */
export class CoinbaseAnswers {
  #pending: Pending[] = [];

  /** A request leaves. */
  expect(kind: RequestKind, streams: readonly string[], id: number): void {
    for (const older of this.#pending) for (const stream of streams) older.streams.delete(stream);
    this.#pending = this.#pending.filter((older) => older.streams.size > 0);
    this.#pending.push({ id, kind, streams: new Set(streams) });
  }

  /** The venue said what is live. */
  listed(live: ReadonlySet<string>): DecodedFrame {
    const answered = this.#pending.find(({ kind, streams }) =>
      [...streams].every((stream) => live.has(stream) === (kind === 'subscribe')),
    );
    return answered ? this.#answer(answered, { ok: true }) : OTHER;
  }

  /** The venue refused a request of this kind. */
  refused(kind: RequestKind, error: string): DecodedFrame {
    const answered = this.#pending.find((one) => one.kind === kind);
    return answered ? this.#answer(answered, { ok: false, error }) : OTHER;
  }

  #answer(answered: Pending, outcome: { readonly ok: boolean; readonly error?: string }): DecodedFrame {
    this.#pending = this.#pending.filter((one) => one !== answered);
    return { kind: 'ack', id: answered.id, ...outcome };
  }
}
