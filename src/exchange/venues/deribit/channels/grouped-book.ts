import type { Feed, FeedEvent } from '../../../feed/index.js';
import { BOOK_DEPTH, type BookLevels, type Level } from '../../../market/index.js';
import { sidesJson } from '../books.js';
import { type ChannelContext, cadence, notification } from '../channel.js';
import type { DeribitInstrument } from '../instruments.js';
import { crossed, onlyCrossed } from './crossed.js';

const GROUPS = new Set(['none', '1', '2', '5', '10', '25', '100', '250']);
const DEPTHS = new Set(['1', '10', '20']);

/** How wide a group is and how many of them are shown on each side. */
export interface Grouping {
  readonly groupTicks: number;
  readonly depth: number;
}

/** Width of a group in ticks by its name, or undefined: whole dollars for bitcoin, otherwise ticks. */
export function groupTicks({ base, market }: DeribitInstrument, name: string): number | undefined {
  if (!GROUPS.has(name)) return undefined;
  if (name === 'none') return 1;
  return base === 'BTC' ? Number(name) * 10 ** market.spec.priceDecimals : Number(name);
}

export function isBookDepth(name: string): boolean {
  return DEPTHS.has(name);
}

/** `book.{instrument}.{group}.{depth}.{interval}`: the top of the book whenever it changed; ids are change ids. */
export function groupedBookFeed(
  context: ChannelContext,
  instrument: DeribitInstrument,
  periodMs: number,
  grouping: Grouping,
): Feed {
  const { book } = instrument.market;
  const start = context.time.marketNow();
  const due = cadence(periodMs, instrument, start);
  let sent = book.changeAt(start);
  let last = windowEvent(context, instrument, sent, grouping);
  return {
    symbol: instrument.name,
    get nextId() {
      return book.updateId(sent) + 1;
    },
    greet: () => [last],
    poll: (marketMs) => {
      if (!due(marketMs)) return [];
      const change = book.changeAt(marketMs);
      if (change === sent) return [];
      sent = change;
      last = windowEvent(context, instrument, sent, grouping);
      return [last];
    },
  };
}

function windowEvent(
  { channel, time, books }: ChannelContext,
  instrument: DeribitInstrument,
  change: number,
  grouping: Grouping,
): FeedEvent {
  const id = instrument.market.book.updateId(change);
  const head = `"timestamp":${time.stamp()},"instrument_name":"${instrument.name}","change_id":${id}`;
  const plain = grouping.groupTicks === 1;
  const sides = plain
    ? books.sides(instrument, change, grouping.depth, 'plain')
    : sidesJson(instrument, groupedLevels(instrument, change, grouping), 'plain');
  const spoiled = (): string =>
    `{${head},${sidesJson(instrument, crossed(groupedLevels(instrument, change, grouping)), 'plain')}}`;
  return notification(channel, `{${head},${sides}}`, { firstId: id, lastId: id }, onlyCrossed(spoiled));
}

// Reads no deeper into the book than the groups need, since this is done for every message.
function groupedLevels({ market }: DeribitInstrument, change: number, { groupTicks, depth }: Grouping): BookLevels {
  const down = (ticks: number): number => Math.floor(ticks / groupTicks) * groupTicks;
  const up = (ticks: number): number => Math.ceil(ticks / groupTicks) * groupTicks;
  for (let read = depth + 1; ; read *= 4) {
    const levels = market.book.levels(change, read);
    const bids = grouped(levels.bids, down);
    const asks = grouped(levels.asks, up);
    // The last group may go on beyond what was read; one more shows that those before it are whole.
    if (Math.min(bids.length, asks.length) > depth || read >= BOOK_DEPTH)
      return { bids: bids.slice(0, depth), asks: asks.slice(0, depth) };
  }
}

/** Adds up levels that round to the same price; levels stand best first, so equal ones are neighbours. */
function grouped(levels: readonly Level[], round: (ticks: number) => number): Level[] {
  const groups: [number, number][] = [];
  for (const [ticks, lots] of levels) {
    const price = round(ticks);
    const open = groups.at(-1);
    if (open?.[0] === price) open[1] += lots;
    else groups.push([price, lots]);
  }
  return groups;
}
