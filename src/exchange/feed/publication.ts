import { textFrame } from '../text-frame.js';
import type { Spoil, StreamMessage } from '../venue.js';
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
    const message = new SharedMessage(this.#stream, this.#symbol, this.#event, form);
    this.#messages.set(form, message);
    return message;
  }
}

/** One form of an event. A copy of it (of its own properties) has no `wire` that could be out of date. */
class SharedMessage<Form> implements StreamMessage {
  readonly stream: string;
  readonly symbol: string;
  readonly frame: string;
  readonly firstId: number;
  readonly lastId: number;
  spoiled?: (spoil: Spoil) => string | undefined;
  #wire: Buffer | undefined;

  constructor(stream: string, symbol: string, event: FeedEvent<Form>, form: Form) {
    this.stream = stream;
    this.symbol = symbol;
    this.frame = event.frame(form);
    this.firstId = event.firstId;
    this.lastId = event.lastId;
    if (event.spoiled) this.spoiled = (spoil) => event.spoiled?.(spoil, form);
  }

  get wire(): Buffer {
    this.#wire ??= textFrame(this.frame);
    return this.#wire;
  }
}
