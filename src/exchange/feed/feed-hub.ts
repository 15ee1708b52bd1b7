import type { Clock, TimerHandle } from '../../base/index.js';
import type { StreamSink } from '../venue.js';
import type { Counter, Feed, Subscriber } from './feed.js';
import { Publication } from './publication.js';

const POLL_MS = 5;
/** Streams that are fed although every connection that carried them was lost; beyond it they are given up. */
const MAX_ORPHANS = 4096;

interface LiveStream<Form> {
  readonly feed: Feed<Form>;
  readonly subscribers: Set<Subscriber<Form>>;
  /** Some client wants it: subscribed, and not left of its own accord by the last working connection. */
  wanted: boolean;
  /** Of the last subscriber; told of messages that fall due and that no working connection carries. */
  last: StreamSink;
}

export interface FeedHubOptions<Form> {
  readonly clock: Clock;
  /** Market time in ms. */
  readonly now: () => number;
  /** Opens the feed of a stream, or undefined when the venue has no stream of that name. */
  readonly open: (stream: string, counter: Counter) => Feed<Form> | undefined;
}

/**
 * Feeds every stream that somebody subscribed to, from one timer that runs only while there is one. A stream whose
 * connections were all lost goes on without a subscriber (an orphan), so that what its client misses is counted: until
 * somebody subscribes to it again, or the hub is closed.
 */
export class FeedHub<Form = undefined> {
  readonly #options: FeedHubOptions<Form>;
  readonly #live = new Map<string, LiveStream<Form>>();
  readonly #counters = new Map<string, Counter>();
  #orphans = 0;
  /** Undefined while nobody is subscribed. */
  #timer: TimerHandle;

  constructor(options: FeedHubOptions<Form>) {
    this.#options = options;
  }

  /** Adds a subscriber and returns the first id it can get; undefined for a stream that the venue does not have. */
  subscribe(stream: string, subscriber: Subscriber<Form>): number | undefined {
    const live = this.#live.get(stream) ?? this.#open(stream, subscriber.sink);
    if (!live) return undefined;
    if (live.subscribers.size === 0 && live.wanted) this.#orphans -= 1;
    live.subscribers.add(subscriber);
    live.wanted = true;
    live.last = subscriber.sink;
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
    if (!live.subscribers.delete(subscriber)) return live.feed.nextId;
    if (subscriber.sink.lost !== true && !isCarried(live)) live.wanted = false;
    if (live.subscribers.size === 0) this.#abandon(stream, live);
    if (this.#live.size === 0) this.#stop();
    return live.feed.nextId;
  }

  close(): void {
    this.#live.clear();
    this.#orphans = 0;
    this.#stop();
  }

  /** Nobody is subscribed any more: the stream ends, or goes on as an orphan. */
  #abandon(stream: string, live: LiveStream<Form>): void {
    if (live.wanted && this.#orphans < MAX_ORPHANS) {
      this.#orphans += 1;
      return;
    }
    if (live.wanted) live.last.violated('too-many-orphans');
    this.#live.delete(stream);
  }

  #open(stream: string, last: StreamSink): LiveStream<Form> | undefined {
    const counter = this.#counters.get(stream) ?? { next: 1 };
    const feed = this.#options.open(stream, counter);
    if (!feed) return undefined;
    this.#counters.set(stream, counter);
    const live = { feed, subscribers: new Set<Subscriber<Form>>(), wanted: false, last };
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
    for (const [stream, live] of this.#live) {
      try {
        publish(stream, live, now);
      } catch {
        // One feed that fails must not end the others; the count makes it visible.
        live.last.violated('exchange-error');
      }
    }
  }
}

function publish<Form>(stream: string, live: LiveStream<Form>, marketMs: number): void {
  const { feed, subscribers } = live;
  for (const event of feed.poll(marketMs)) {
    const publication = new Publication(stream, feed.symbol, event);
    for (const subscriber of subscribers) subscriber.sink.publish(publication.message(subscriber.form));
    if (live.wanted && !isCarried(live)) live.last.missed?.();
  }
}

function isCarried<Form>({ subscribers }: LiveStream<Form>): boolean {
  for (const { sink } of subscribers) if (sink.lost !== true) return true;
  return false;
}
