import type { Clock } from '../../../base/index.js';
import type { FeedHub, Subscriber, VenueTime } from '../../feed/index.js';
import type { StreamSession, StreamSink } from '../../venue.js';
import { type FrameForm, frameForm } from './frame-form.js';
import type { CommonRules } from './rules.js';
import type { StreamPath } from './stream-path.js';
import { type StreamCall, parseCall } from './stream-requests.js';
import { Upkeep } from './upkeep.js';

/** Streams that a connection may have without enforcement, as a multiple of the limit; memory has to end somewhere. */
const KEPT_LIMITS = 10;

export interface SessionOptions {
  readonly clock: Clock;
  readonly time: VenueTime;
  readonly hub: FeedHub<FrameForm>;
  readonly sink: StreamSink;
  readonly path: StreamPath;
  readonly rules: CommonRules;
  readonly enforce: boolean;
  /** How long before the end of its life the connection is told; 0 where the venue says nothing. */
  readonly noticeMs: number;
  /** Whether data of this stream is to be had at this path; other names are accepted and stay silent. */
  readonly carries: (stream: string) => boolean;
  /** The client was cut for sending too much. */
  readonly onMisuse: () => void;
  /** Called when the session is over. */
  readonly onEnd: (session: BinanceSession) => void;
}

/** One WebSocket connection: its subscriptions and its requests. */
export class BinanceSession implements StreamSession, Subscriber<FrameForm> {
  readonly sink: StreamSink;
  form: FrameForm;
  readonly #options: SessionOptions;
  readonly #upkeep: Upkeep;
  readonly #streams = new Set<string>();

  constructor(options: SessionOptions) {
    const { sink, path } = options;
    this.sink = sink;
    this.form = path.form;
    this.#options = options;
    this.#upkeep = new Upkeep({
      ...options,
      onNotice: () => {
        this.maintenance();
      },
      onOver: () => {
        this.end();
      },
    });
    this.#subscribe(path.streams);
  }

  receive(text: string): void {
    if (!this.#upkeep.admits()) return;
    const call = parseCall(text);
    if ('code' in call) this.sink.reply(JSON.stringify(call));
    else this.#answer(call);
  }

  pong(payload: string): void {
    this.#upkeep.pong(payload);
  }

  pinged(): void {
    this.#upkeep.admits();
  }

  /** Tells the client that the server will shut down, where the venue does. */
  maintenance(): void {
    if (this.#options.noticeMs <= 0) return;
    const event = `{"e":"serverShutdown","E":${this.#options.time.stamp()}}`;
    this.sink.reply(this.form.combined ? `{"stream":"!serverShutdown","data":${event}}` : event);
  }

  end(): void {
    this.#upkeep.stop();
    for (const stream of this.#streams) this.#options.hub.unsubscribe(stream, this);
    this.#streams.clear();
    this.#options.onEnd(this);
  }

  #answer(call: StreamCall): void {
    if (call.method === 'SUBSCRIBE' && !this.#subscribe(call.streams)) {
      this.sink.reply(`{"error":{"code":4,"msg":"Too many subscriptions"},"id":${JSON.stringify(call.id)}}`);
      return;
    }
    const text = JSON.stringify({ result: this.#perform(call), id: call.id });
    if ('streams' in call) this.sink.acknowledge(text, call.streams);
    else this.sink.reply(text);
  }

  #perform(call: StreamCall): unknown {
    switch (call.method) {
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
      case 'SUBSCRIBE':
        break;
    }
    return null;
  }

  /** Adds streams; false, and none added, when they would be too many. */
  #subscribe(streams: readonly string[]): boolean {
    const added = new Set(streams.filter((stream) => !this.#streams.has(stream)));
    const total = this.#streams.size + added.size;
    const { rules, enforce } = this.#options;
    const limit = rules.streamsPerConnection;
    if (total > limit && streams.length > 0) this.sink.violated('streams-per-connection');
    if (total > (enforce ? limit : KEPT_LIMITS * limit)) return false;
    const { hub, carries } = this.#options;
    for (const stream of added) {
      this.#streams.add(stream);
      this.sink.subscribed(stream, (carries(stream) ? hub.subscribe(stream, this) : undefined) ?? 0);
    }
    return true;
  }

  #unsubscribe(streams: readonly string[]): void {
    for (const stream of streams) {
      if (!this.#streams.delete(stream)) continue;
      const { hub, carries } = this.#options;
      this.sink.unsubscribed(stream, (carries(stream) ? hub.unsubscribe(stream, this) : undefined) ?? 0);
    }
  }
}
