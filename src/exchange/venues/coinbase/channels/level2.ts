import { Beat, type FeedEvent } from '../../../feed/index.js';
import type { BookLevels, Level } from '../../../market/index.js';
import type { ChannelContext, OpenChannel } from '../channel.js';
import { isoTime } from '../iso-time.js';
import type { CoinbaseProduct } from '../products.js';

const BATCH_PERIOD_MS = 50;

/** `level2`: the whole book, then each change of it. Ids are the book's. */
export const level2: OpenChannel = (context, product) => level2Feed(context, product, () => true);

/** `level2_batch`: the same, with the changes of 50 ms in one message. */
export const level2Batch: OpenChannel = (context, product) => {
  const beat = new Beat(BATCH_PERIOD_MS, product.market.spec.rank, context.time.marketNow());
  return level2Feed(context, product, (marketMs) => beat.due(marketMs));
};

function level2Feed(
  context: ChannelContext,
  product: CoinbaseProduct,
  due: (marketMs: number) => boolean,
): ReturnType<OpenChannel> {
  const { book } = product.market;
  let sent = book.changeAt(context.time.marketNow());
  return {
    symbol: product.id,
    get nextId() {
      return book.updateId(sent) + 1;
    },
    greet: () => [snapshotEvent(context, product, sent)],
    poll: (marketMs) => {
      if (!due(marketMs)) return [];
      const change = book.changeAt(marketMs);
      if (change === sent) return [];
      const update = updateEvent(context, product, sent, change);
      sent = change;
      return [update];
    },
  };
}

function snapshotEvent({ books, time }: ChannelContext, product: CoinbaseProduct, change: number): FeedEvent {
  const { book } = product.market;
  const id = book.updateId(change);
  const write = (sides: string): string =>
    `{"type":"snapshot","product_id":"${product.id}",${sides},"time":"${isoTime(time.epochMs + product.momentOf(change))}"}`;
  return {
    firstId: id,
    lastId: id,
    frame: () => write(books.sides(product, change, 'stream')),
    spoiled: (spoil) => {
      if (spoil !== 'crossed') return undefined;
      const [ticks, lots] = crossingBid(product, change);
      const bid = `["${product.price(ticks)}","${product.size(lots)}"]`;
      return write(books.sides(product, change, 'stream').replace('"bids":[', `"bids":[${bid},`));
    },
  };
}

function updateEvent({ time }: ChannelContext, product: CoinbaseProduct, from: number, to: number): FeedEvent {
  const { book } = product.market;
  const at = isoTime(time.epochMs + product.momentOf(to));
  const write = (changes: BookLevels): string =>
    `{"type":"l2update","product_id":"${product.id}","changes":${changesJson(product, changes)},"time":"${at}"}`;
  const changes = book.difference(from, to);
  return {
    firstId: book.updateId(from) + 1,
    lastId: book.updateId(to),
    frame: () => write(changes),
    spoiled: (spoil) => {
      if (spoil !== 'crossed') return undefined;
      return write({ bids: [crossingBid(product, to), ...changes.bids], asks: changes.asks });
    },
  };
}

/** A bid above the best ask, which a book never has. */
function crossingBid(product: CoinbaseProduct, change: number): Level {
  const { askTicks, askLots } = product.market.book.touch(change);
  return [askTicks + 1, askLots];
}

function changesJson(product: CoinbaseProduct, { bids, asks }: BookLevels): string {
  const list = (side: 'buy' | 'sell', levels: readonly Level[]): string[] =>
    levels.map(([ticks, lots]) => `["${side}","${product.price(ticks)}","${product.size(lots)}"]`);
  return `[${[...list('buy', bids), ...list('sell', asks)].join(',')}]`;
}
