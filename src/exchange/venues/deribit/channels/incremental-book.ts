import type { Feed, FeedEvent } from '../../../feed/index.js';
import { BOOK_DEPTH, type BookLevels, type Level } from '../../../market/index.js';
import { type ChannelContext, cadence, notification } from '../channel.js';
import { sidesJson } from '../books.js';
import type { DeribitInstrument } from '../instruments.js';
import { crossed, onlyCrossed } from './crossed.js';

type Action = 'new' | 'change' | 'delete';
type Change = readonly [action: Action, ticks: number, lots: number];

/** What subscribers hold of one side: lots by ticks. */
type Side = Map<number, number>;

/**
 * `book.{instrument}.{interval}`: a snapshot of the whole book, then what changed of it. A change names the id that it
 * follows on; it covers the ids after that one up to its own.
 */
export function incrementalBookFeed(context: ChannelContext, instrument: DeribitInstrument, periodMs: number): Feed {
  const { book } = instrument.market;
  const start = context.time.marketNow();
  const due = cadence(periodMs, instrument, start);
  const held = new HeldBook(book.levels(book.changeAt(start)));
  let sent = book.changeAt(start);
  let sentMs = start;
  return {
    symbol: instrument.name,
    get nextId() {
      return book.updateId(sent) + 1;
    },
    greet: () => [snapshotEvent(context, instrument, sent, sentMs)],
    poll: (marketMs) => {
      if (!due(marketMs)) return [];
      const change = book.changeAt(marketMs);
      if (change === sent) return [];
      const changes = held.apply(book.difference(sent, change));
      if (changes.bids.length + changes.asks.length === 0) return [];
      const event = changeEvent(context, instrument, { from: sent, to: change, marketMs, ...changes });
      sent = change;
      sentMs = marketMs;
      return [event];
    },
  };
}

function snapshotEvent(
  context: ChannelContext,
  instrument: DeribitInstrument,
  change: number,
  marketMs: number,
): FeedEvent {
  const { book } = instrument.market;
  const id = book.updateId(change);
  const head = `"type":"snapshot",${headMembers(context, instrument, marketMs)},"change_id":${id}`;
  const data = `{${head},${context.books.sides(instrument, change, BOOK_DEPTH, 'new')}}`;
  const spoiled = (): string => `{${head},${sidesJson(instrument, crossed(book.levels(change)), 'new')}}`;
  return notification(context.channel, data, { firstId: id, lastId: id }, onlyCrossed(spoiled));
}

interface BookChange {
  readonly from: number;
  readonly to: number;
  readonly marketMs: number;
  readonly bids: readonly Change[];
  readonly asks: readonly Change[];
}

function changeEvent(context: ChannelContext, instrument: DeribitInstrument, change: BookChange): FeedEvent {
  const { book } = instrument.market;
  const [previousId, id] = [book.updateId(change.from), book.updateId(change.to)];
  const head = `"type":"change",${headMembers(context, instrument, change.marketMs)},"prev_change_id":${previousId},"change_id":${id}`;
  const write = (bids: readonly Change[], asks: readonly Change[]): string =>
    `{${head},"bids":${changesJson(instrument, bids)},"asks":${changesJson(instrument, asks)}}`;
  const spoiled = (): string => {
    const { bidLots, askTicks, askLots } = book.touch(change.to);
    return write([['new', askTicks + 1, bidLots], ...change.bids], [['change', askTicks, askLots], ...change.asks]);
  };
  const ids = { firstId: previousId + 1, lastId: id };
  return notification(context.channel, write(change.bids, change.asks), ids, onlyCrossed(spoiled));
}

/** The book as subscribers hold it: tells what is new to them, what changed, and what goes. */
class HeldBook {
  readonly #bids: Side;
  readonly #asks: Side;

  constructor({ bids, asks }: BookLevels) {
    this.#bids = new Map(bids);
    this.#asks = new Map(asks);
  }

  /** Changes between two states; a level that ended as it began is none. */
  apply({ bids, asks }: BookLevels): { readonly bids: Change[]; readonly asks: Change[] } {
    return { bids: applySide(this.#bids, bids), asks: applySide(this.#asks, asks) };
  }
}

function applySide(side: Side, levels: readonly Level[]): Change[] {
  const changes: Change[] = [];
  for (const [ticks, lots] of levels) {
    const before = side.get(ticks) ?? 0;
    if (lots === before) continue;
    if (lots === 0) side.delete(ticks);
    else side.set(ticks, lots);
    changes.push([lots === 0 ? 'delete' : before === 0 ? 'new' : 'change', ticks, lots]);
  }
  return changes;
}

function changesJson(instrument: DeribitInstrument, changes: readonly Change[]): string {
  let json = '';
  for (const [action, ticks, lots] of changes)
    json += `,["${action}",${instrument.price(ticks)},${instrument.amount(lots)}]`;
  return `[${json.slice(1)}]`;
}

function headMembers({ time }: ChannelContext, { name }: DeribitInstrument, marketMs: number): string {
  return `"timestamp":${time.stampOf(marketMs)},"instrument_name":"${name}"`;
}
