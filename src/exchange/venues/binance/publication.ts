import type { StreamMessage, StreamSink } from '../../venue.js';
import type { TimeUnit } from './venue-time.js';

/** How a connection wants its events: wrapped with the stream's name or not, and in which time unit. */
export interface FrameForm {
  readonly combined: boolean;
  readonly unit: TimeUnit;
}

/** One connection's end of its streams. */
export interface Subscriber {
  readonly sink: StreamSink;
  readonly form: FrameForm;
}

/** The ids that an event covers, and its JSON in a time unit. */
export interface StreamEvent {
  readonly firstId: number;
  readonly lastId: number;
  json(unit: TimeUnit): string;
}

/** An event on its way to all subscribers of a stream; each form is written once and shared. */
export class Publication {
  readonly #stream: string;
  readonly #event: StreamEvent;
  readonly #messages = new Map<number, StreamMessage>();

  constructor(stream: string, event: StreamEvent) {
    this.#stream = stream;
    this.#event = event;
  }

  message({ combined, unit }: FrameForm): StreamMessage {
    const key = combined ? unit : -unit;
    const written = this.#messages.get(key);
    if (written) return written;
    const json = this.#event.json(unit);
    const frame = combined ? `{"stream":"${this.#stream}","data":${json}}` : json;
    const { firstId, lastId } = this.#event;
    const message = { stream: this.#stream, frame, firstId, lastId };
    this.#messages.set(key, message);
    return message;
  }
}
