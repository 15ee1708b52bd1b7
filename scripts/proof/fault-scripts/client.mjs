// The process of one script's client: the pool, its subscriptions and what they saw. It is told to `run`, `compare` and
// `close` by its parent, and has to end by itself when it is left alone: no socket, no timer.
import { seededRandom, systemClock } from '../../../dist/base/index.js';
import { WebSocketConnectionPool } from '../../../dist/pool/index.js';
import { venueClients } from '../../../dist/driver/venues/index.js';
import { bookChannel, KeptBook } from './books.mjs';
import { watchOwn } from './lateness.mjs';
import { Recorder } from './recorder.mjs';
import { protocolOf } from './venue-time.mjs';

const LONGEST_START_MS = 20_000;
const DRAIN_MS = 3000;

class Client {
  constructor({ script, origins, rests, symbols }) {
    this.script = script;
    this.rests = rests;
    this.protocol = protocolOf(script.venue, script.maxAgeMs);
    this.streams = script.streams.map(({ symbol, channel, book }) => {
      const venue = venueClients[script.venue];
      return venue.streamName(book ? bookChannel(script.venue, channel) : channel, symbols[symbol]);
    });
    this.symbols = script.streams.map(({ symbol }) => symbols[symbol]);
    this.records = [];
    this.current = new Map();
    this.closings = new Set();
    this.books = [];
    this.events = [];
    this.lateness = watchOwn();
    const { staleAfterMs, ...options } = script.pool;
    this.staleAfterMs = staleAfterMs;
    this.pool = new WebSocketConnectionPool({
      ...options,
      origins,
      protocol: this.protocol,
      acquireTimeoutMs: 5000,
      random: seededRandom(`fault-scripts/${script.seed}/pool`),
      ...(script.maxAgeMs !== null && {
        rotateBeforeMs: script.maxAgeMs * 0.25,
        rotateSpreadMs: script.maxAgeMs * 0.4,
      }),
    });
    this.pool.on((event) => this.events.push({ ...event, at: systemClock.now(), ...errorOf(event) }));
  }

  /** Subscribes to what is wanted from the beginning; resolves when all of it is acknowledged. */
  async start() {
    const first = this.script.streams.flatMap(({ late }, index) => (late ? [] : [index]));
    const acknowledged = Promise.all(first.map((index) => this.subscribe(index).acknowledged));
    await Promise.race([acknowledged, new Promise((resolve) => setTimeout(resolve, LONGEST_START_MS).unref())]);
    return { atMs: systemClock.now(), streams: this.streams, symbols: this.symbols };
  }

  subscribe(index) {
    const stream = this.streams[index];
    const record = new Recorder(stream, this.protocol.sequenceOf(stream), systemClock.now());
    this.records.push(record);
    const book = this.#bookOf(index);
    const subscription = this.pool.subscribe(stream, {
      onMessage: (message) => {
        record.message(message, systemClock.now());
        book?.message(message);
      },
      onGap: (gap) => {
        record.gap(gap);
        book?.gap(gap);
      },
      onState: (state) => record.state(state, systemClock.now()),
      ...(this.staleAfterMs &&
        this.script.streams[index].channel !== 'bookTicker' && { staleAfterMs: this.staleAfterMs }),
    });
    subscription.acknowledged.catch((error) => (record.refused = error.message));
    this.current.set(index, { subscription, record });
    return subscription;
  }

  unsubscribe(index) {
    const { subscription, record } = this.current.get(index);
    this.current.delete(index);
    record.closedAtMs = systemClock.now();
    const closing = subscription.close().then(() => (record.endedAtMs = systemClock.now()));
    this.closings.add(closing);
    void closing.then(() => this.closings.delete(closing));
  }

  /** Changes what is wanted as the script says, from `startMs` on; resolves after the last change. */
  async run(startMs) {
    for (const { atMs, stream, wanted } of this.script.changes) {
      await new Promise((resolve) => setTimeout(resolve, startMs + atMs - systemClock.now()));
      if (wanted) this.subscribe(stream);
      else this.unsubscribe(stream);
    }
  }

  /** How things are: for the parent to judge when they have settled. */
  look() {
    const { searching, rotating, standby } = this.pool.stats();
    const wanted = [...this.current.values()].map(({ subscription, record }) => ({
      stream: record.stream,
      state: subscription.state,
      messages: record.messages,
      lastAtMs: record.lastAtMs,
    }));
    const books = this.books.map(({ symbol, keeper }) => ({ symbol, state: keeper.state }));
    return { atMs: systemClock.now(), wanted, searching, rotating, standby, closing: this.closings.size, books };
  }

  async compare() {
    const rows = [];
    for (const book of this.books) rows.push(await book.compare());
    return rows;
  }

  /** Unsubscribes from everything in order, closes the pool, and tells all that was seen. */
  async close() {
    for (const book of this.books) book.close();
    for (const index of Array.from(this.current.keys())) this.unsubscribe(index);
    const before = this.pool.stats();
    await this.pool.drain(DRAIN_MS);
    await Promise.all(this.closings);
    const stats = this.pool.stats();
    const records = this.records.map((record) => ({ ...record }));
    return { records, events: this.events, stats, before, lateMs: this.lateness.stop() };
  }

  #bookOf(index) {
    if (!this.script.streams[index].book) return undefined;
    const known = this.books.find(({ index: other }) => other === index);
    if (known) return known;
    const book = new KeptBook({
      venue: this.script.venue,
      symbol: this.symbols[index],
      rests: this.rests,
      resubscribe: () => {
        // Asked for on hearing a message: what the stream's end brings is to come after it.
        queueMicrotask(() => {
          if (!this.current.has(index)) return;
          this.unsubscribe(index);
          this.subscribe(index);
        });
      },
    });
    book.index = index;
    this.books.push(book);
    return book;
  }
}

function errorOf({ error }) {
  return error === undefined ? {} : { error: String(error?.message ?? error) };
}

let client;
const answers = {
  open: (setup) => {
    client = new Client(setup);
    return client.start();
  },
  run: ({ startMs }) => client.run(startMs),
  look: async () => client.look(),
  compare: () => client.compare(),
  close: () => client.close(),
  /** What keeps the process alive besides the channel to its parent and its output. */
  left: async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return process.getActiveResourcesInfo().filter((name) => !['PipeWrap', 'TTYWrap'].includes(name));
  },
};

// Nobody is there any more to tell it to close.
let leaving = false;
process.on('disconnect', () => {
  if (!leaving) process.exit(1);
});
process.on('message', ({ id, kind, ...rest }) => {
  if (kind === 'leave') {
    leaving = true;
    process.disconnect();
    return;
  }
  answers[kind](rest)
    .then((value) => process.send({ id, value }))
    .catch((error) => process.send({ id, error: error.stack }));
});
