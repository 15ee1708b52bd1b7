import type { Spoil, StreamSink } from '../venue.js';

/**
 * One event of a stream: the ids it covers, and its frame in each form that connections may ask for. `Form` is what
 * makes two connections' frames differ (a wrapper, a time unit); forms are compared by identity.
 */
export interface FeedEvent<Form = undefined> {
  readonly firstId: number;
  readonly lastId: number;
  /** Called once a form; the text is shared by all connections that want it. */
  frame(form: Form): string;
  /** The event made wrong on purpose; left out where there is nothing to spoil. */
  spoiled?(spoil: Spoil, form: Form): string | undefined;
}

/** What feeds one stream while it has subscribers. */
export interface Feed<Form = undefined> {
  /** The symbol it is about, in the venue's spelling; empty for a stream of the whole venue. */
  readonly symbol: string;
  /** The first id that a later event can carry. */
  readonly nextId: number;
  /** Events that fell due by this market time, oldest first. */
  poll(marketMs: number): readonly FeedEvent<Form>[];
  /** What a new subscriber gets at once, such as a snapshot that the next event follows on. */
  greet?(): readonly FeedEvent<Form>[];
}

/** An id that goes on from feed to feed of the same stream, for events that have none of their own. */
export interface Counter {
  next: number;
}

/** One connection's end of its streams. */
export interface Subscriber<Form = undefined> {
  readonly sink: StreamSink;
  readonly form: Form;
}
