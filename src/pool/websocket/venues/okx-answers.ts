import type { DecodedFrame } from '../protocol.js';
import { OTHER } from './frame.js';

/** Requests whose answers are counted; one that was never answered in full makes room for others some day. */
const REMEMBERED = 64;

/** OKX answers every channel of a request by itself, with the request's id. The last answer is the request's. */
export class OkxAnswers {
  readonly #missing = new Map<number, number>();

  /** A request for so many channels leaves. */
  expect(id: number, channels: number): void {
    this.#missing.set(id, channels);
    if (this.#missing.size <= REMEMBERED) return;
    for (const oldest of this.#missing.keys()) {
      this.#missing.delete(oldest);
      break;
    }
  }

  accepted(id: number): DecodedFrame {
    const missing = (this.#missing.get(id) ?? 1) - 1;
    if (missing > 0) {
      this.#missing.set(id, missing);
      return OTHER;
    }
    this.#missing.delete(id);
    return { kind: 'ack', id, ok: true };
  }

  /** One refusal is the whole request's; what is said to the rest of it later answers nothing any more. */
  refused(id: number, error: string): DecodedFrame {
    this.#missing.delete(id);
    return { kind: 'ack', id, ok: false, error };
  }
}
