import type { Clock } from '../../../base/index.js';
import type { StreamSession, StreamSink } from '../../venue.js';
import { Heartbeat } from './heartbeat.js';
import { InboundRate } from './inbound-rate.js';
import type { FrameForm, Subscriber } from './publication.js';
import type { StreamHub } from './stream-hub.js';
import type { StreamPath } from './stream-path.js';
import { type StreamCall, parseCall } from './stream-requests.js';
import type { VenueTime } from './venue-time.js';

const MAX_STREAMS = 1024;

export interface SessionOptions {
  readonly clock: Clock;
  readonly time: VenueTime;
  readonly hub: StreamHub;
  readonly sink: StreamSink;
  readonly path: StreamPath;
  /** Called once when the session is over. */
  readonly onEnd: (session: BinanceSession) => void;
}

/** One WebSocket connection: its subscriptions, its requests and its heartbeat. */
export class BinanceSession implements StreamSession, Subscriber {
  readonly sink: StreamSink;
  form: FrameForm;
  readonly #clock: Clock;
  readonly #hub: StreamHub;
  readonly #heartbeat: Heartbeat;
  readonly #inbound = new InboundRate();
  readonly #streams = new Set<string>();
  readonly #onEnd: (session: BinanceSession) => void;

  constructor({ clock, time, hub, sink, path, onEnd }: SessionOptions) {
    this.sink = sink;
    this.form = path.form;
    this.#clock = clock;
    this.#hub = hub;
    this.#onEnd = onEnd;
    this.#heartbeat = new Heartbeat(clock, sink, () => String(time.stamp()));
    this.#subscribe(path.streams);
  }

  receive(text: string): void {
    this.#countInbound();
    const call = parseCall(text);
    if ('code' in call) this.sink.reply(JSON.stringify(call));
    else this.sink.reply(JSON.stringify({ result: this.#perform(call), id: call.id }));
  }

  pong(payload: string): void {
    this.#countInbound();
    this.#heartbeat.pong(payload);
  }

  end(): void {
    this.#heartbeat.stop();
    for (const stream of this.#streams) this.#hub.unsubscribe(stream, this);
    this.#streams.clear();
    this.#onEnd(this);
  }

  #perform(call: StreamCall): unknown {
    switch (call.method) {
      case 'SUBSCRIBE':
        this.#subscribe(call.streams);
        break;
      case 'UNSUBSCRIBE':
        this.#unsubscribe(call.streams);
        break;
      case 'LIST_SUBSCRIPTIONS':
        return [...this.#streams];
      case 'GET_COMBINED':
        return this.form.combined;
      case 'SET_COMBINED':
        this.form = { ...this.form, combined: call.value };
        break;
    }
    return null;
  }

  #subscribe(streams: readonly string[]): void {
    for (const stream of streams) {
      if (this.#streams.has(stream)) continue;
      this.#streams.add(stream);
      this.sink.subscribed(stream, this.#hub.subscribe(stream, this));
    }
    if (this.#streams.size > MAX_STREAMS && streams.length > 0) this.sink.violated('streams-per-connection');
  }

  #unsubscribe(streams: readonly string[]): void {
    for (const stream of streams)
      if (this.#streams.delete(stream)) this.sink.unsubscribed(stream, this.#hub.unsubscribe(stream, this));
  }

  #countInbound(): void {
    if (this.#inbound.exceededBy(this.#clock.now())) this.sink.violated('messages-per-second');
  }
}
