import type { Clock, TimerHandle } from '../../base/index.js';
import type { Counter, Feed, Subscriber } from './feed.js';
import { Publication } from './publication.js';

const POLL_MS = 5;

interface LiveStream<Form> {
  readonly feed: Feed<Form>;
  readonly subscribers: Set<Subscriber<Form>>;
}

export interface FeedHubOptions<Form> {
  readonly clock: Clock;
  /** Market time in ms. */
  readonly now: () => number;
  /** Opens the feed of a stream, or undefined when the venue has no stream of that name. */
  readonly open: (stream: string, counter: Counter) => Feed<Form> | undefined;
}

/** Feeds every stream that somebody subscribed to, from one timer that runs only while there is one. */
export class FeedHub<Form = undefined> {
  readonly #options: FeedHubOptions<Form>;
  readonly #live = new Map<string, LiveStream<Form>>();
  readonly #counters = new Map<string, Counter>();
  /** Undefined while nobody is subscribed. */
  #timer: TimerHandle;

  constructor(options: FeedHubOptions<Form>) {
    this.#options = options;
  }

  /** Adds a subscriber and returns the first id it can get; undefined for a stream that the venue does not have. */
  subscribe(stream: string, subscriber: Subscriber<Form>): number | undefined {
    const live = this.#live.get(stream) ?? this.#open(stream);
    if (!live) return undefined;
    live.subscribers.add(subscriber);
    this.#timer ??= this.#schedule();
    return live.feed.nextId;
  }

  /** Sends a subscriber what it gets at once. To be called in the same turn as `subscribe`, after the acknowledgement. */
  greet(stream: string, { sink, form }: Subscriber<Form>): void {
    const feed = this.#live.get(stream)?.feed;
    for (const event of feed?.greet?.() ?? [])
      sink.publish(new Publication(stream, feed?.symbol ?? '', event).message(form));
  }

  /** Removes a subscriber and returns the first id it does not get any more; undefined for an unknown stream. */
  unsubscribe(stream: string, subscriber: Subscriber<Form>): number | undefined {
    const live = this.#live.get(stream);
    if (!live) return undefined;
    live.subscribers.delete(subscriber);
    if (live.subscribers.size === 0) this.#live.delete(stream);
    if (this.#live.size === 0) this.#stop();
    return live.feed.nextId;
  }

  close(): void {
    this.#live.clear();
    this.#stop();
  }

  #open(stream: string): LiveStream<Form> | undefined {
    const counter = this.#counters.get(stream) ?? { next: 1 };
    const feed = this.#options.open(stream, counter);
    if (!feed) return undefined;
    this.#counters.set(stream, counter);
    const live = { feed, subscribers: new Set<Subscriber<Form>>() };
    this.#live.set(stream, live);
    return live;
  }

  #schedule(): TimerHandle {
    return this.#options.clock.setTimeout(() => {
      this.#timer = this.#schedule();
      this.#poll();
    }, POLL_MS);
  }

  #stop(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    const now = this.#options.now();
    for (const [stream, { feed, subscribers }] of this.#live) {
      for (const event of feed.poll(now)) {
        const publication = new Publication(stream, feed.symbol, event);
        for (const subscriber of subscribers) subscriber.sink.publish(publication.message(subscriber.form));
      }
    }
  }
}
