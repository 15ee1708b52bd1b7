import type { VenueTime } from '../../feed/index.js';
import { sentAt, type SymbolContext } from '../binance-common/channel.js';
import {
  type SnapshotWriting,
  type TopOfBook,
  type WriteDifference,
  type WriteQuote,
  touchJson,
} from '../binance-common/channels/book-channels.js';
import { SnapshotWriter } from '../binance-common/depth.js';
import type { BinanceSymbol } from '../binance-common/symbols.js';

/** Calendar time at which a change of the book began; it took effect within the book's interval from then on. */
export function bookStamp(symbol: BinanceSymbol, time: VenueTime, change: number, unit = 1): number {
  return time.stampOf(change * symbol.market.spec.bookIntervalMs, unit);
}

/**
 * The first id of what came after change `from`. Ids are shared with the venue's other books, so some are left out
 * between `pu` and `U`, but never one that a snapshot can have.
 */
function firstIdAfter(symbol: BinanceSymbol, from: number): number {
  const { book, spec } = symbol.market;
  return book.updateId(from) + 2 + (Math.abs(from) % (spec.idsPerChange - 1));
}

/** `depthUpdate`: `pu` is the `u` of the event before. */
export const writeDifference: WriteDifference = (context, { from, to, bids, asks, wallMs }) => {
  const ids = idsJson(context, from, to, from);
  return (unit) => `${head(context, to, wallMs, unit)},${ids},"b":${bids},"a":${asks},"st":1}`;
};

/** `<symbol>@depth<levels>`: the top of the book as a `depthUpdate`. */
export function snapshotWriting(levels: number): SnapshotWriting {
  const sides = new SnapshotWriter((_id, bids, asks) => `"b":${bids},"a":${asks}`);
  const frame = (context: SymbolContext, top: TopOfBook, json: string) => {
    const ids = idsJson(context, top.change - 1, top.change, top.previous);
    return (unit: number): string => `${head(context, top.change, top.wallMs, unit)},${ids},${json},"st":1}`;
  };
  return {
    json: (context, top) => frame(context, top, sides.json(context.symbol, top.change, levels)),
    crossed: (context, top) => frame(context, top, sides.crossed(context.symbol, top.change, levels)),
  };
}

/** `bookTicker` */
export const writeQuote: WriteQuote = ({ symbol, time }, quote) => {
  const { id, change, wallMs } = quote;
  const json = `"s":"${symbol.name}",${touchJson(symbol, quote)}`;
  return (unit) =>
    `{"e":"bookTicker","u":${id},${json},"T":${bookStamp(symbol, time, change, unit)},"E":${sentAt(wallMs, unit)}}`;
};

function head({ symbol, time }: SymbolContext, change: number, wallMs: number, unit: number): string {
  const times = `"E":${sentAt(wallMs, unit)},"T":${bookStamp(symbol, time, change, unit)}`;
  return `{"e":"depthUpdate",${times},"s":"${symbol.name}","ps":"${symbol.name}"`;
}

function idsJson({ symbol }: SymbolContext, from: number, to: number, previous: number): string {
  const { book } = symbol.market;
  return `"U":${firstIdAfter(symbol, from)},"u":${book.updateId(to)},"pu":${book.updateId(previous)}`;
}
