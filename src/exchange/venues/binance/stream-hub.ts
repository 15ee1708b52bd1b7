import type { Clock, TimerHandle } from '../../../base/index.js';
import type { Channel } from './channel.js';
import type { SnapshotWriter } from './depth.js';
import type { EndpointContext } from './endpoint.js';
import { Publication, type Subscriber } from './publication.js';
import { findChannel, splitStream } from './streams.js';

const POLL_MS = 5;

interface LiveStream {
  readonly channel: Channel;
  readonly subscribers: Set<Subscriber>;
}

/** Feeds every stream that somebody subscribed to, from one timer that runs only while there is one. */
export class StreamHub {
  readonly #clock: Clock;
  readonly #context: EndpointContext & { readonly snapshots: SnapshotWriter };
  readonly #live = new Map<string, LiveStream>();
  readonly #counters = new Map<string, { next: number }>();
  /** Undefined while nobody is subscribed. */
  #timer: TimerHandle;

  constructor(clock: Clock, context: EndpointContext & { readonly snapshots: SnapshotWriter }) {
    this.#clock = clock;
    this.#context = context;
  }

  /** Adds a subscriber and returns the first id it can get; 0 for a stream that the venue does not have. */
  subscribe(stream: string, subscriber: Subscriber): number {
    const live = this.#live.get(stream) ?? this.#open(stream);
    if (!live) return 0;
    live.subscribers.add(subscriber);
    this.#timer ??= this.#schedule();
    return live.channel.nextId;
  }

  /** Removes a subscriber and returns the first id it does not get any more; 0 for an unknown stream. */
  unsubscribe(stream: string, subscriber: Subscriber): number {
    const live = this.#live.get(stream);
    if (!live) return 0;
    live.subscribers.delete(subscriber);
    if (live.subscribers.size === 0) this.#live.delete(stream);
    if (this.#live.size === 0) this.#stop();
    return live.channel.nextId;
  }

  close(): void {
    this.#live.clear();
    this.#stop();
  }

  #open(stream: string): LiveStream | undefined {
    const { symbol: name, kind } = splitStream(stream);
    const symbol = this.#context.symbols.streamed(name);
    const open = findChannel(kind);
    if (!symbol || !open) return undefined;
    const counter = this.#counters.get(stream) ?? { next: 1 };
    this.#counters.set(stream, counter);
    const live = { channel: open({ ...this.#context, symbol, counter }), subscribers: new Set<Subscriber>() };
    this.#live.set(stream, live);
    return live;
  }

  #schedule(): TimerHandle {
    return this.#clock.setTimeout(() => {
      this.#timer = this.#schedule();
      this.#poll();
    }, POLL_MS);
  }

  #stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    const now = this.#context.time.marketNow();
    for (const [stream, { channel, subscribers }] of this.#live) {
      for (const event of channel.poll(now)) {
        const publication = new Publication(stream, event);
        for (const subscriber of subscribers) subscriber.sink.publish(publication.message(subscriber.form));
      }
    }
  }
}
