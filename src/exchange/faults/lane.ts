import type { StreamMessage } from '../venue.js';
import type { Outcome } from './fault.js';

/** What one fault has to remember of the streams of one connection. */
export class Lane {
  /** By stream: a message that goes out behind the next one. */
  readonly #held = new Map<string, StreamMessage>();
  /** By stream: whether the fault hits it, where that is drawn once. */
  readonly #drawn = new Map<string, boolean>();

  /** The draw for a stream: made at the first time, the same ever after. */
  once(stream: string, draw: () => boolean, onHit: () => void): boolean {
    const known = this.#drawn.get(stream);
    if (known !== undefined) return known;
    const hit = draw();
    this.#drawn.set(stream, hit);
    if (hit) onHit();
    return hit;
  }

  /** What goes out for a message that meets this outcome. */
  apply(message: StreamMessage, outcome: Outcome): readonly StreamMessage[] {
    if (outcome !== 'after-next') return outcome;
    this.#held.set(message.stream, message);
    return [];
  }

  /** Whether a message waits for the next one of the stream. */
  holds(stream: string): boolean {
    return this.#held.has(stream);
  }

  /** Takes the messages that wait, of one stream or of all. */
  take(stream?: string): StreamMessage[] {
    const taken = [...this.#held.values()].filter((message) => stream === undefined || message.stream === stream);
    for (const message of taken) this.#held.delete(message.stream);
    return taken;
  }
}
