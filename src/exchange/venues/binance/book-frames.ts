import { sentAt } from '../binance-common/channel.js';
import {
  type SnapshotWriting,
  type WriteDifference,
  type WriteQuote,
  touchJson,
} from '../binance-common/channels/book-channels.js';
import type { SnapshotWriter } from '../binance-common/depth.js';

/** `depthUpdate`: `U` follows on the `u` of the event before. */
export const writeDifference: WriteDifference = ({ symbol }, { from, to, bids, asks, wallMs }) => {
  const { book } = symbol.market;
  const ids = `"U":${book.updateId(from) + 1},"u":${book.updateId(to)}`;
  return (unit) =>
    `{"e":"depthUpdate","E":${sentAt(wallMs, unit)},"s":"${symbol.name}",${ids},"b":${bids},"a":${asks}}`;
};

/** `<symbol>@depth<levels>`: the REST snapshot, without type and symbol. */
export function writeSnapshot(snapshots: SnapshotWriter, levels: number): SnapshotWriting {
  return {
    json: ({ symbol }, { change }) => {
      const json = snapshots.json(symbol, change, levels);
      return () => json;
    },
    crossed: ({ symbol }, { change }) => {
      const json = snapshots.crossed(symbol, change, levels);
      return () => json;
    },
  };
}

/** `bookTicker`: no event type and no time. */
export const writeQuote: WriteQuote = ({ symbol }, quote) => {
  const json = `{"u":${quote.id},"s":"${symbol.name}",${touchJson(symbol, quote)}}`;
  return () => json;
};
