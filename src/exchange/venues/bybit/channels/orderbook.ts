import type { FeedEvent } from '../../../feed/index.js';
import { BOOK_DEPTH, type BookLevels, type Level } from '../../../market/index.js';
import { BookPace } from '../book-pace.js';
import { sidesJson } from '../book-writer.js';
import { type ChannelContext, type OpenChannel, messageHead } from '../channel.js';
import type { Instrument } from '../instruments.js';

const REPEAT_MS = 3_000;
/** Messages that are made up for one by one; who is further behind gets a new snapshot. */
const MOST_BEHIND = 64;

/** `orderbook.{depth}.{symbol}`: a snapshot, then the levels that changed. Ids are `u`. */
export function orderbookChannel(depth: number): OpenChannel {
  return depth === 1 ? touchFeed : (context, instrument, topic) => new DepthFeed(context, instrument, topic, depth);
}

class DepthFeed {
  readonly symbol: string;
  readonly #writer: BookMessages;
  readonly #pace: BookPace;
  readonly #depth: number;
  readonly #instrument: Instrument;
  #sent: number;
  #levels: BookLevels | undefined;

  constructor(context: ChannelContext, instrument: Instrument, topic: string, depth: number) {
    this.symbol = instrument.name;
    this.#pace = new BookPace(instrument, depth);
    this.#writer = new BookMessages(context, instrument, topic, depth);
    this.#depth = depth;
    this.#instrument = instrument;
    this.#sent = this.#pace.stepAt(context.time.marketNow());
  }

  get nextId(): number {
    return this.#pace.updateId(this.#sent) + 1;
  }

  greet(): FeedEvent[] {
    return [this.#writer.snapshot(this.#sent, this.nextId - 1)];
  }

  poll(marketMs: number): FeedEvent[] {
    const due = this.#pace.stepAt(marketMs);
    if (due - this.#sent > MOST_BEHIND) {
      const snapshot = this.#writer.snapshot(due, this.nextId);
      this.#sent = due;
      this.#levels = undefined;
      return [snapshot];
    }
    const events: FeedEvent[] = [];
    while (this.#sent < due) events.push(this.#advance());
    return events;
  }

  #advance(): FeedEvent {
    const from = this.#sent;
    this.#sent += 1;
    return this.#writer.delta(this.#sent, this.#changes(from, this.#sent));
  }

  /** What leads from one step to the next. Of the whole book the market knows it, of a part it has to be compared. */
  #changes(from: number, to: number): BookLevels {
    if (this.#depth >= BOOK_DEPTH)
      return this.#instrument.market.book.difference(this.#pace.changeOf(from), this.#pace.changeOf(to));
    const before = this.#levels ?? this.#levelsAt(from);
    const after = this.#levelsAt(to);
    this.#levels = after;
    return {
      bids: changed(before.bids, after.bids).sort((x, y) => y[0] - x[0]),
      asks: changed(before.asks, after.asks).sort((x, y) => x[0] - y[0]),
    };
  }

  #levelsAt(step: number): BookLevels {
    return this.#instrument.market.book.levels(this.#pace.changeOf(step), this.#depth);
  }
}

/** The best bid and ask, whole each time, and again when nothing has changed for three seconds. */
const touchFeed: OpenChannel = (context, instrument, topic) => {
  const pace = new BookPace(instrument, 1);
  const writer = new BookMessages(context, instrument, topic, 1);
  let sentMs = context.time.marketNow();
  let sent = pace.stepAt(sentMs);
  return {
    symbol: instrument.name,
    get nextId() {
      return pace.updateId(sent) + 1;
    },
    greet: () => [writer.snapshot(sent, pace.updateId(sent))],
    poll: (marketMs) => {
      const due = pace.stepAt(marketMs);
      if (due === sent && marketMs - sentMs < REPEAT_MS) return [];
      sentMs = marketMs;
      if (due === sent) return [writer.snapshot(sent, pace.updateId(sent))];
      const behind = pace.updateId(sent) + 1;
      const count = Math.min(due - sent, MOST_BEHIND);
      sent = due;
      return Array.from({ length: count }, (_, i) => {
        const step = due - count + 1 + i;
        return writer.snapshot(step, i === 0 ? behind : pace.updateId(step));
      });
    },
  };
};

/** Writes the messages of one book topic. */
class BookMessages {
  readonly #context: ChannelContext;
  readonly #instrument: Instrument;
  readonly #topic: string;
  readonly #depth: number;
  readonly #pace: BookPace;

  constructor(context: ChannelContext, instrument: Instrument, topic: string, depth: number) {
    this.#context = context;
    this.#instrument = instrument;
    this.#topic = topic;
    this.#depth = depth;
    this.#pace = new BookPace(instrument, depth);
  }

  snapshot(step: number, firstId: number): FeedEvent {
    const change = this.#pace.changeOf(step);
    const sides = this.#context.books.sides(this.#instrument, change, this.#depth);
    const crossed = (): string => {
      const [ticks, lots] = this.#crossingBid(change);
      const bid = `["${this.#instrument.price(ticks)}","${this.#instrument.quantity(lots)}"]`;
      return sides.replace('"b":[', `"b":[${bid},`);
    };
    return this.#event('snapshot', step, firstId, { sides, crossed });
  }

  delta(step: number, { bids, asks }: BookLevels): FeedEvent {
    const sides = sidesJson(this.#instrument, { bids, asks });
    const crossed = (): string =>
      sidesJson(this.#instrument, { bids: [this.#crossingBid(this.#pace.changeOf(step)), ...bids], asks });
    return this.#event('delta', step, this.#pace.updateId(step), { sides, crossed });
  }

  #event(
    type: 'snapshot' | 'delta',
    step: number,
    firstId: number,
    { sides, crossed }: { readonly sides: string; readonly crossed: () => string },
  ): FeedEvent {
    const { time } = this.#context;
    const { book } = this.#instrument.market;
    const change = this.#pace.changeOf(step);
    const lastId = this.#pace.updateId(step);
    // Of contracts, the first level alone keeps the order of spot.
    const head = messageHead(this.#depth === 1 ? SPOT_ORDER : this.#instrument, this.#topic, type, time.stamp());
    const tail = `"u":${lastId},"seq":${book.updateId(change)}},"cts":${time.stampOf(this.#instrument.momentOf(change))}}`;
    const write = (sides: string): string => `${head},"data":{"s":"${this.#instrument.name}",${sides},${tail}`;
    return {
      firstId,
      lastId,
      frame: () => write(sides),
      spoiled: (spoil) => (spoil === 'crossed' ? write(crossed()) : undefined),
    };
  }

  /** A bid above the best ask, which a book never has. */
  #crossingBid(change: number): Level {
    const { askTicks, askLots } = this.#instrument.market.book.touch(change);
    return [askTicks + 1, askLots];
  }
}

const SPOT_ORDER = { contract: undefined };

/** What leads from one side of a book to the same side later; 0 lots for what is gone. */
function changed(before: readonly Level[], after: readonly Level[]): Level[] {
  const old = new Map(before);
  const changes: Level[] = [];
  for (const level of after) {
    if (old.get(level[0]) !== level[1]) changes.push(level);
    old.delete(level[0]);
  }
  for (const ticks of old.keys()) changes.push([ticks, 0]);
  return changes;
}
