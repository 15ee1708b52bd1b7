import type { StreamMessage } from '../venue.js';
import type { FeedEvent } from './feed.js';

/** An event on its way to the subscribers of a stream; each form is written once and shared. */
export class Publication<Form> {
  readonly #stream: string;
  readonly #symbol: string;
  readonly #event: FeedEvent<Form>;
  readonly #messages = new Map<Form, StreamMessage>();

  constructor(stream: string, symbol: string, event: FeedEvent<Form>) {
    this.#stream = stream;
    this.#symbol = symbol;
    this.#event = event;
  }

  message(form: Form): StreamMessage {
    const written = this.#messages.get(form);
    if (written) return written;
    const event = this.#event;
    const message: StreamMessage = {
      stream: this.#stream,
      symbol: this.#symbol,
      frame: event.frame(form),
      firstId: event.firstId,
      lastId: event.lastId,
      ...(event.spoiled && { spoiled: (spoil) => event.spoiled?.(spoil, form) }),
    };
    this.#messages.set(form, message);
    return message;
  }
}
