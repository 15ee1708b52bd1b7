import type { DecodedFrame } from '../protocol.js';
import { OTHER } from './frame.js';

/** Requests whose answers are counted; one that was never answered in full makes room for others some day. */
const REMEMBERED = 64;

interface Pending {
  readonly accepted: string[];
  /** Without an answer by name; as many of them as there were errors are refused. */
  readonly open: Set<string>;
  refusals: number;
  error: string;
}

/**
 * OKX answers every channel of a request by itself, with the request's id. An error does not say which channel it is
 * about: that is known when all others have been accepted.
 */
export class OkxAnswers {
  readonly #pending = new Map<number, Pending>();

  /** A request for these streams leaves. */
  expect(id: number, streams: readonly string[]): void {
    this.#pending.set(id, { accepted: [], open: new Set(streams), refusals: 0, error: '' });
    if (this.#pending.size <= REMEMBERED) return;
    for (const oldest of this.#pending.keys()) {
      this.#pending.delete(oldest);
      break;
    }
  }

  accepted(id: number, stream: string): DecodedFrame {
    const pending = this.#pending.get(id);
    if (!pending?.open.delete(stream)) return { kind: 'partial', id, stream };
    pending.accepted.push(stream);
    return this.#settled(id, pending) ?? { kind: 'partial', id, stream };
  }

  refused(id: number, error: string): DecodedFrame {
    const pending = this.#pending.get(id);
    if (!pending) return { kind: 'ack', id, ok: false, error };
    pending.refusals += 1;
    pending.error = error;
    return this.#settled(id, pending) ?? OTHER;
  }

  /** The request was not even read. */
  refusedAll(id: number, error: string): DecodedFrame {
    this.#pending.delete(id);
    return { kind: 'ack', id, ok: false, error };
  }

  #settled(id: number, { accepted, open, refusals, error }: Pending): DecodedFrame | undefined {
    if (open.size > refusals) return undefined;
    this.#pending.delete(id);
    if (refusals === 0) return { kind: 'ack', id, ok: true };
    return accepted.length === 0
      ? { kind: 'ack', id, ok: false, error }
      : { kind: 'ack', id, ok: true, accepts: accepted, error };
  }
}
