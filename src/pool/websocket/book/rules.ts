import type { BookChange, BookLevel, BookRule } from './contracts.js';

type Texts = readonly BookLevel[];
type DeribitLevel = readonly [action: string, price: number, amount: number];

interface OkxRow {
  readonly bids: Texts;
  readonly asks: Texts;
  readonly checksum?: number;
}

interface CoinbasePayload {
  readonly bids?: Texts;
  readonly asks?: Texts;
  readonly changes?: readonly (readonly [side: 'buy' | 'sell', price: string, size: string])[];
}

const readBinance = (payload: unknown): BookChange => {
  const { b, a } = payload as { readonly b: Texts; readonly a: Texts };
  return { bids: b, asks: a };
};

/** Binance spot, `<symbol>@depth`: snapshot by REST; the first event applied covers the id after the snapshot's. */
export const binanceBook: BookRule = { sequence: 'contiguous', snapshots: 'requested', read: readBinance };

/**
 * Binance USD-M, `<symbol>@depth`: the same, by `pu`. An event that links to the snapshot's own id is taken as well as
 * one that contains it: nothing can lie between.
 */
export const binanceUsdmBook: BookRule = { sequence: 'linked', snapshots: 'requested', read: readBinance };

/** OKX, `books`: snapshot on the stream; the checksum counts where one is sent. */
export const okxBook: BookRule = {
  sequence: 'linked',
  snapshots: 'streamed',
  read: (payload) => (payload as readonly [OkxRow])[0],
  checksum: (payload) => (payload as readonly [OkxRow])[0].checksum || undefined,
};

/** Bybit, `orderbook.<depth>`: snapshot on the stream, and again whenever the venue likes. */
export const bybitBook: BookRule = { sequence: 'contiguous', snapshots: 'streamed', read: readBinance };

/** Deribit, `book.<instrument>.<interval>`: snapshot on the stream; numbers are made into texts. */
export const deribitBook: BookRule = {
  sequence: 'linked',
  snapshots: 'streamed',
  read: (payload) => {
    const { bids, asks } = payload as Readonly<Record<'bids' | 'asks', readonly DeribitLevel[]>>;
    return { bids: bids.map(textsOf), asks: asks.map(textsOf) };
  },
};

/** Coinbase Exchange, `level2_batch`: snapshot on the stream; changes have no numbers, so nobody sees what is lost. */
export const coinbaseBook: BookRule = {
  sequence: 'none',
  snapshots: 'streamed',
  read: (payload) => {
    const { bids = [], asks = [], changes = [] } = payload as CoinbasePayload;
    return { bids: [...bids, ...sideOf(changes, 'buy')], asks: [...asks, ...sideOf(changes, 'sell')] };
  },
};

function textsOf([action, price, amount]: DeribitLevel): BookLevel {
  return [String(price), action === 'delete' ? '0' : String(amount)];
}

function sideOf(changes: NonNullable<CoinbasePayload['changes']>, wanted: 'buy' | 'sell'): BookLevel[] {
  return changes.flatMap(([side, price, size]) => (side === wanted ? [[price, size] as const] : []));
}
