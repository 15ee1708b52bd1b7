import type { Clock } from '../../../base/index.js';
import type { StreamSession, StreamSink } from '../../venue.js';
import { Heartbeat } from './heartbeat.js';
import type { FeedHub, Subscriber, VenueTime } from '../../feed/index.js';
import { RollingWindow } from '../../limits/index.js';
import { type FrameForm, frameForm } from './frame-form.js';
import type { BinanceRules } from './rules.js';
import type { StreamPath } from './stream-path.js';
import { type StreamCall, parseCall } from './stream-requests.js';

export interface SessionOptions {
  readonly clock: Clock;
  readonly time: VenueTime;
  readonly hub: FeedHub<FrameForm>;
  readonly sink: StreamSink;
  readonly path: StreamPath;
  readonly rules: BinanceRules;
  /** Called once when the session is over. */
  readonly onEnd: (session: BinanceSession) => void;
}

/** One WebSocket connection: its subscriptions, its requests and its heartbeat. */
export class BinanceSession implements StreamSession, Subscriber<FrameForm> {
  readonly sink: StreamSink;
  form: FrameForm;
  readonly #clock: Clock;
  readonly #hub: FeedHub<FrameForm>;
  readonly #rules: BinanceRules;
  readonly #time: VenueTime;
  readonly #heartbeat: Heartbeat;
  readonly #inbound: RollingWindow;
  readonly #streams = new Set<string>();
  readonly #onEnd: (session: BinanceSession) => void;

  constructor({ clock, time, hub, sink, path, rules, onEnd }: SessionOptions) {
    this.sink = sink;
    this.form = path.form;
    this.#clock = clock;
    this.#hub = hub;
    this.#rules = rules;
    this.#inbound = new RollingWindow(rules.messagesPerWindow, rules.messageWindowMs);
    this.#time = time;
    this.#onEnd = onEnd;
    this.#heartbeat = new Heartbeat({ clock, sink, rules, payload: () => String(time.stamp()) });
    this.#subscribe(path.streams);
  }

  receive(text: string): void {
    this.#countInbound();
    const call = parseCall(text);
    if ('code' in call) this.sink.reply(JSON.stringify(call));
    else this.#answer(call);
  }

  pong(payload: string): void {
    this.#countInbound();
    this.#heartbeat.pong(payload);
  }

  pinged(): void {
    this.#countInbound();
  }

  maintenance(): void {
    const event = `{"e":"serverShutdown","E":${this.#time.stamp()}}`;
    this.sink.reply(this.form.combined ? `{"stream":"!serverShutdown","data":${event}}` : event);
  }

  end(): void {
    this.#heartbeat.stop();
    for (const stream of this.#streams) this.#hub.unsubscribe(stream, this);
    this.#streams.clear();
    this.#onEnd(this);
  }

  #answer(call: StreamCall): void {
    const text = JSON.stringify({ result: this.#perform(call), id: call.id });
    if ('streams' in call) this.sink.acknowledge(text, call.streams);
    else this.sink.reply(text);
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
        this.form = frameForm(call.value, this.form.unit);
        break;
    }
    return null;
  }

  #subscribe(streams: readonly string[]): void {
    for (const stream of streams) {
      if (this.#streams.has(stream)) continue;
      this.#streams.add(stream);
      this.sink.subscribed(stream, this.#hub.subscribe(stream, this) ?? 0);
    }
    if (this.#streams.size > this.#rules.streamsPerConnection && streams.length > 0)
      this.sink.violated('streams-per-connection');
  }

  #unsubscribe(streams: readonly string[]): void {
    for (const stream of streams)
      if (this.#streams.delete(stream)) this.sink.unsubscribed(stream, this.#hub.unsubscribe(stream, this) ?? 0);
  }

  #countInbound(): void {
    if (this.#inbound.exceededBy(this.#clock.now())) this.sink.violated('messages-per-second');
  }
}
