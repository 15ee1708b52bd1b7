import type { Random } from '../../base/index.js';

/** What is traded and how lively it is. Prices are counted in ticks and quantities in lots, both integers. */
export interface SymbolSpec {
  readonly base: string;
  readonly quote: string;
  /** Place by activity, from 0. */
  readonly rank: number;
  /** A tick is 10^-priceDecimals of the quote asset. */
  readonly priceDecimals: number;
  /** A lot is 10^-lotDecimals of the base asset. */
  readonly lotDecimals: number;
  /** Price around which the market moves. */
  readonly initialTicks: number;
  /** Mean trades a second. */
  readonly tradesPerSecond: number;
  /** Mean time between two changes of the book. */
  readonly bookIntervalMs: number;
  /** Update ids used up by one change of the book. */
  readonly idsPerChange: number;
  /** Mean quantity of one price level. */
  readonly meanLots: number;
}

const KNOWN: readonly (readonly [string, number])[] = [
  ['BTC', 76_650],
  ['ETH', 2_480],
  ['SOL', 148.2],
  ['XRP', 2.14],
  ['BNB', 612.5],
  ['DOGE', 0.1842],
  ['ADA', 0.6911],
  ['SUI', 3.217],
  ['LINK', 15.83],
  ['AVAX', 22.41],
  ['TRX', 0.2733],
  ['LTC', 91.4],
  ['DOT', 4.312],
  ['BCH', 418.6],
  ['NEAR', 2.655],
  ['UNI', 6.974],
  ['APT', 5.128],
  ['FIL', 2.743],
  ['AAVE', 214.9],
  ['ARB', 0.3877],
  ['OP', 0.7415],
  ['ATOM', 4.482],
  ['ETC', 17.36],
  ['XLM', 0.2694],
];
const SYLLABLES = ['AR', 'BO', 'CE', 'DU', 'FI', 'GA', 'KO', 'LU', 'MI', 'NE', 'PO', 'RA', 'SU', 'TE', 'VO', 'ZI'];
const BUSIEST_PER_SECOND = 35;
const LIVELY_BOOKS = 60;
const BOOK_INTERVAL_MS = 20;
const SHORTEST_BOOK_INTERVAL_MS = 2;

/**
 * Lists `count` symbols, most active first. The rates at `activity` 1 follow Binance spot: the busiest symbol trades
 * about 35 times a second and its book uses some 700 update ids a second.
 */
export function listSymbols(count: number, activity: number, random: Random): SymbolSpec[] {
  const names = new Set(KNOWN.map(([base]) => base));
  return Array.from({ length: count }, (_, rank) => {
    const [base, price] = KNOWN[rank] ?? [newName(names, random), 10 ** (random.next() * 4.5 - 2.5)];
    return describe(base, price, rank, activity);
  });
}

function describe(base: string, price: number, rank: number, activity: number): SymbolSpec {
  const magnitude = Math.floor(Math.log10(price));
  // At least 10,000 ticks, so that a thousand bid levels always fit above zero.
  const priceDecimals = Math.max(2, 4 - magnitude);
  const lotDecimals = Math.min(5, Math.max(0, magnitude + 1));
  const interval = rank < LIVELY_BOOKS ? BOOK_INTERVAL_MS : BOOK_INTERVAL_MS * (rank / LIVELY_BOOKS) ** 2;
  const levelNotional = 6_000 / (1 + rank / 8);
  return {
    base,
    quote: 'USDT',
    rank,
    priceDecimals,
    lotDecimals,
    initialTicks: Math.round(price * 10 ** priceDecimals),
    tradesPerSecond: tradeRate(rank) * activity,
    bookIntervalMs: Math.max(SHORTEST_BOOK_INTERVAL_MS, interval / activity),
    idsPerChange: Math.max(4, Math.round(14 / (1 + rank / 30))),
    meanLots: Math.max(40, Math.round((levelNotional / price) * 10 ** lotDecimals)),
  };
}

// Four symbols share the top, then a power law: the hundredth trades about 0.7 times a second.
function tradeRate(rank: number): number {
  return rank < 4 ? BUSIEST_PER_SECOND * (1 - rank / 100) : BUSIEST_PER_SECOND * (4 / (rank + 1)) ** 1.2;
}

function newName(taken: Set<string>, random: Random): string {
  for (let length = 2; ; length += 1) {
    const name = Array.from({ length }, () => SYLLABLES[random.integer(SYLLABLES.length)]).join('');
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
