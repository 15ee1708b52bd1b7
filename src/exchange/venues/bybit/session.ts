import type { Clock, TimerHandle } from '../../../base/index.js';
import type { FeedHub, Subscriber, VenueTime } from '../../feed/index.js';
import type { StreamSession, StreamSink } from '../../venue.js';
import type { InstrumentTable } from './instruments.js';
import type { Replies } from './replies.js';
import type { BybitRules } from './rules.js';
import { type StreamCall, parseCall } from './stream-requests.js';
import { type Market, STATUS_TOPIC, streamName, topicError } from './topics.js';

/** Whatever is enforced, a connection keeps no more than this many times the topics it may have. */
const KEPT_BEYOND_LIMIT = 10;

export interface SessionOptions {
  readonly clock: Clock;
  readonly time: VenueTime;
  readonly hub: FeedHub;
  readonly instruments: InstrumentTable;
  readonly sink: StreamSink;
  readonly market: Market;
  readonly replies: Replies;
  readonly rules: BybitRules;
  readonly enforce: boolean;
  /** Called once when the session is over. */
  readonly onEnd: (session: BybitSession) => void;
}

/** One WebSocket connection: its topics and its requests. The client pings, or is cut when it says nothing. */
export class BybitSession implements StreamSession, Subscriber {
  readonly sink: StreamSink;
  readonly form = undefined;
  readonly #options: SessionOptions;
  readonly #topics = new Set<string>();
  /** Characters of all live topics. */
  #length = 0;
  #idle: TimerHandle;
  #ended = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.sink = options.sink;
    this.#idle = this.#awaitClient();
  }

  receive(text: string): void {
    this.#heard();
    const { replies, time } = this.#options;
    const call = parseCall(text);
    if ('error' in call) this.sink.reply(replies.failed(call, call.error));
    else if (call.op === 'ping') this.sink.reply(replies.pong(call, time.now()));
    else this.#perform(call, call.topics);
  }

  pong(): void {
    this.#heard();
  }

  pinged(): void {
    this.#heard();
  }

  maintenance(leadMs: number): void {
    const { replies, time } = this.#options;
    if (this.#topics.has(STATUS_TOPIC)) this.sink.reply(replies.maintenance(time.now() + leadMs, time.now()));
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.clock.clearTimeout(this.#idle);
    for (const topic of this.#topics) this.#leave(topic);
    this.#options.onEnd(this);
  }

  /** All topics of a request, or none of them. */
  #perform(call: StreamCall, topics: readonly string[]): void {
    const { hub, replies } = this.#options;
    const error = this.#errorOf(call.op, topics);
    if (error !== undefined) {
      this.sink.reply(replies.failed(call, error));
      return;
    }
    for (const topic of topics)
      if (call.op === 'subscribe') this.#begin(topic);
      else if (this.#topics.has(topic)) this.#end(topic);
    const streams = topics.map((topic) => this.#stream(topic));
    this.sink.acknowledge(replies.done(call), streams);
    if (call.op === 'subscribe') for (const stream of streams) hub.greet(stream, this);
  }

  #errorOf(op: StreamCall['op'], topics: readonly string[]): string | undefined {
    const { instruments, market } = this.#options;
    if (op === 'subscribe') {
      const excess = this.#excessOf(topics);
      if (excess !== undefined) return excess;
    }
    for (const topic of topics) {
      const error = topicError(instruments, market, topic);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  /** What a request has too much of, where that is to be refused; in any case it is counted. */
  #excessOf(topics: readonly string[]): string | undefined {
    const { enforce, market, rules } = this.#options;
    if (market === 'spot' && topics.length > rules.argsPerRequest) {
      this.sink.violated('args-per-request');
      if (enforce) return `args size >${rules.argsPerRequest}`;
    }
    const length = this.#length + lengthOf(topics.filter((topic) => !this.#topics.has(topic)));
    if (length > rules.argsLength) {
      this.sink.violated('args-length');
      if (enforce || length > rules.argsLength * KEPT_BEYOND_LIMIT) return `args length >${rules.argsLength}`;
    }
    return undefined;
  }

  /** Begins a topic, or begins it again: a client that subscribes twice wants a fresh snapshot. */
  #begin(topic: string): void {
    if (this.#topics.has(topic)) this.#end(topic);
    const stream = this.#stream(topic);
    const nextId = this.#options.hub.subscribe(stream, this);
    if (nextId === undefined) return;
    this.#topics.add(topic);
    this.#length += topic.length;
    this.sink.subscribed(stream, nextId);
  }

  #end(topic: string): void {
    this.sink.unsubscribed(this.#stream(topic), this.#leave(topic) ?? 0);
  }

  #leave(topic: string): number | undefined {
    this.#topics.delete(topic);
    this.#length -= topic.length;
    return this.#options.hub.unsubscribe(this.#stream(topic), this);
  }

  #stream(topic: string): string {
    return streamName(this.#options.market, topic);
  }

  #heard(): void {
    this.#options.clock.clearTimeout(this.#idle);
    if (!this.#ended) this.#idle = this.#awaitClient();
  }

  #awaitClient(): TimerHandle {
    const { clock, rules } = this.#options;
    return clock.setTimeout(() => {
      this.sink.violated('idle');
      this.sink.drop();
    }, rules.idleMs);
  }
}

function lengthOf(topics: readonly string[]): number {
  return topics.reduce((sum, topic) => sum + topic.length, 0);
}
