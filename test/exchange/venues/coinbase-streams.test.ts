import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookLevels, MarketSymbol } from '../../../src/exchange/market/index.js';
import { EPOCH_MS, type Json, bodyOf, openVenue, subscribe } from './coinbase-harness.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

describe('Coinbase streams', () => {
  it('open matches with the last one before, then carry every trade once', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect('/');
    const { tape } = market.symbols[0]!;
    await clock.advance(1000);
    const nextId = tape.nextTradeId(1000);
    subscribe(session, ['matches']);
    await clock.advance(3000);
    const [first, ...rest] = sink.messages('matches:BTC-USD').map(bodyOf);
    expect(first).toMatchObject({ type: 'last_match', trade_id: nextId - 1, product_id: 'BTC-USD' });
    expect(sink.kinds('subscribed')).toEqual([{ kind: 'subscribed', stream: 'matches:BTC-USD', nextId }]);
    expect(rest.length).toBeGreaterThan(50);
    for (const [i, match] of rest.entries()) {
      const [trade] = tape.trades(nextId + i, Infinity, 1);
      expect(match).toMatchObject({ type: 'match', trade_id: trade?.id, side: trade?.buyerIsMaker ? 'buy' : 'sell' });
      expect(match.time).toMatch(ISO);
      expect(Date.parse(match.time)).toBe(Math.floor(EPOCH_MS + trade!.marketMs));
    }
    for (const message of sink.messages()) expect([message.firstId, message.lastId]).toEqual(idsOf(bodyOf(message)));
  });

  it('give the fills of one taker order its id, and each a maker of its own', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['matches']);
    await clock.advance(2000);
    const { tape } = market.symbols[0]!;
    const matches = sink.messages().slice(1).map(bodyOf);
    const orders = tape.orders(tape.nextOrderId(0), 1990);
    const takers = new Map(matches.map((match: Json) => [match.trade_id, match.taker_order_id]));
    for (const order of orders) {
      const ids = new Set(order.lots.map((_, i) => takers.get(order.firstTradeId + i)));
      expect([...ids]).toEqual([expect.any(String)]);
    }
    expect(new Set(takers.values()).size).toBeGreaterThanOrEqual(orders.length);
    expect(new Set(matches.map((match: Json) => match.maker_order_id)).size).toBe(matches.length);
  });

  it('raise one sequence a product in matches, tickers and heartbeats alike', async () => {
    const { connect, clock, get } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['matches', 'heartbeat', 'ticker'], ['ETH-USD']);
    await clock.advance(5000);
    const sequences = (stream: string): number[] => sink.messages(stream).map((message) => bodyOf(message).sequence);
    const matches = sequences('matches:ETH-USD');
    for (const [i, sequence] of matches.entries()) if (i > 0) expect(sequence).toBeGreaterThan(matches[i - 1]!);
    expect(matches).toEqual(expect.arrayContaining(sequences('ticker:ETH-USD')));
    const beats = sequences('heartbeat:ETH-USD');
    expect(beats).toEqual([...beats].sort((a, b) => a - b));
    expect(get('/products/ETH-USD/book').sequence).toBeGreaterThanOrEqual(Math.max(...matches, ...beats));
  });

  it('beat once a second and a product, with the last trade', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, [{ name: 'heartbeat', product_ids: ['BTC-USD', 'ETH-USD'] }]);
    await clock.advance(5000);
    const beats = sink.messages('heartbeat:ETH-USD').map(bodyOf);
    expect(beats).toHaveLength(5);
    expect(sink.messages('heartbeat:BTC-USD')).toHaveLength(5);
    const { tape } = market.symbols[1]!;
    for (const { type, time, last_trade_id } of beats) {
      expect(type).toBe('heartbeat');
      const marketMs = Date.parse(time) - EPOCH_MS;
      expect(last_trade_id).toBe(tape.nextTradeId(marketMs) - 1);
    }
  });

  it('open tickers with the last trade and follow every trade, or every five seconds', async () => {
    const { connect, clock, get } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['ticker', 'ticker_batch']);
    await clock.advance(11_000);
    const tickers = sink.messages('ticker:BTC-USD');
    const batches = sink.messages('ticker_batch:BTC-USD');
    expect(tickers.length).toBeGreaterThan(200);
    expect(batches.length).toBe(3);
    for (const messages of [tickers, batches])
      for (const [i, message] of messages.entries()) {
        expect(bodyOf(message).trade_id).toBe(message.lastId);
        if (i > 0) expect(message.firstId).toBe(messages[i - 1]!.lastId + 1);
      }
    const [rest] = get('/products/BTC-USD/trades?limit=1');
    const last = bodyOf(tickers.at(-1));
    expect(last).toMatchObject({ type: 'ticker', product_id: 'BTC-USD', trade_id: rest.trade_id, price: rest.price });
    expect(last).toMatchObject({ last_size: rest.size, side: rest.side === 'buy' ? 'sell' : 'buy' });
    expect(Number(last.best_bid)).toBeLessThan(Number(last.best_ask));
    for (const name of ['open_24h', 'volume_24h', 'low_24h', 'high_24h', 'volume_30d', 'best_bid_size'])
      expect(Number(last[name])).toBeGreaterThan(0);
  });

  it('carry the status of everything, about no product', async () => {
    const { connect, clock, get } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['status'], undefined);
    await clock.advance(10_000);
    const [message, ...more] = sink.messages('status');
    expect(more).toHaveLength(1);
    expect(message?.symbol).toBe('');
    const { type, products, currencies } = bodyOf(message);
    expect(type).toBe('status');
    expect(products.map((product: Json) => product.id)).toEqual(get('/products').map((product: Json) => product.id));
    expect(currencies).toEqual(get('/currencies'));
  });

  it.each([
    ['level2', 20],
    ['level2_batch', 50],
  ])('let a client of %s keep the whole book, from any moment on', async (channel, periodMs) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 900 }), async (fromMs, forMs) => {
        const { connect, clock, market } = openVenue({ symbols: 2 });
        const other = connect('/');
        subscribe(other.session, [channel]);
        await clock.advance(fromMs);
        const { session, sink } = connect('/');
        subscribe(session, [channel]);
        await clock.advance(forMs);
        const symbol = market.symbols[0]!;
        const messages = sink.messages();
        const book = new LocalBook();
        for (const [i, message] of messages.entries()) {
          const body = bodyOf(message);
          expect(body.type).toBe(i === 0 ? 'snapshot' : 'l2update');
          if (i > 0) expect(message.firstId).toBe(messages[i - 1]!.lastId + 1);
          book.apply(body);
          expect(isCrossed(body)).toBe(false);
        }
        expect(messages.length).toBeGreaterThanOrEqual(Math.floor(forMs / (2 * periodMs)));
        const last = messages.at(-1)!;
        expect(book.sides()).toEqual(sidesOf(symbol, changeWithId(symbol, last.lastId, clock.now())));
      }),
      { numRuns: 12 },
    );
  });

  it('stamp a book with the moment of its change, so that it can be told by its time', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['level2']);
    await clock.advance(500);
    const { book, spec } = market.symbols[0]!;
    for (const message of sink.messages()) {
      const change = Math.round((Date.parse(bodyOf(message).time) - EPOCH_MS) / spec.bookIntervalMs);
      expect(book.updateId(change)).toBe(message.lastId);
    }
  });

  it('can be crossed on purpose, snapshot and update alike, and in no other way', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['level2', 'matches']);
    await clock.advance(100);
    for (const message of sink.messages('level2:BTC-USD')) {
      const [right, wrong] = [bodyOf(message), JSON.parse(message.spoiled?.('crossed') ?? '')];
      expect(isCrossed(right)).toBe(false);
      expect(isCrossed(wrong)).toBe(true);
      expect({ type: wrong.type, time: wrong.time }).toEqual({ type: right.type, time: right.time });
      expect(message.spoiled?.('checksum')).toBeUndefined();
    }
    expect(sink.messages('matches:BTC-USD')[0]?.spoiled?.('crossed')).toBeUndefined();
  });

  it('are written once for all subscribers', async () => {
    const { connect, clock } = openVenue();
    const [one, two] = [connect('/'), connect('/')];
    for (const { session } of [one, two]) subscribe(session, ['level2_batch', 'matches']);
    await clock.advance(500);
    const live = (sink: typeof one.sink) => sink.messages().filter((message) => bodyOf(message).type !== 'snapshot');
    const [mine, yours] = [live(one.sink).slice(1), live(two.sink).slice(1)];
    expect(mine.length).toBeGreaterThan(15);
    for (const [i, message] of mine.entries()) expect(yours[i]).toBe(message);
  });

  it('catch up after an event loop that stalled, without a gap', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['matches', 'level2_batch', 'ticker']);
    const now = clock.now.bind(clock);
    clock.now = () => now() + 20_000;
    await clock.advance(200);
    for (const stream of ['matches', 'level2_batch', 'ticker']) {
      const messages = sink.messages(`${stream}:BTC-USD`);
      expect(messages.length).toBeGreaterThan(1);
      for (const [i, { firstId }] of messages.entries()) if (i > 0) expect(firstId).toBe(messages[i - 1]!.lastId + 1);
    }
  });
});

function idsOf(match: Json): [number, number] {
  return [match.trade_id, match.trade_id];
}

/** A client's book, kept by the documented rule: a snapshot, then sizes that replace, and 0 that removes. */
class LocalBook {
  readonly #buy = new Map<string, string>();
  readonly #sell = new Map<string, string>();

  apply(message: Json): void {
    if (message.type === 'snapshot') {
      for (const [price, size] of message.bids) this.#buy.set(price, size);
      for (const [price, size] of message.asks) this.#sell.set(price, size);
      return;
    }
    for (const [side, price, size] of message.changes) {
      const levels = side === 'buy' ? this.#buy : this.#sell;
      if (Number(size) === 0) levels.delete(price);
      else levels.set(price, size);
    }
  }

  sides(): unknown {
    return { bids: new Map(this.#buy), asks: new Map(this.#sell) };
  }
}

function sidesOf({ book, spec }: MarketSymbol, change: number): unknown {
  const { bids, asks }: BookLevels = book.levels(change);
  const text = ([ticks, lots]: readonly [number, number]): [string, string] => [
    (ticks / 10 ** spec.priceDecimals).toFixed(spec.priceDecimals),
    (lots / 10 ** spec.lotDecimals).toFixed(8),
  ];
  return { bids: new Map(bids.map(text)), asks: new Map(asks.map(text)) };
}

function changeWithId({ book }: MarketSymbol, id: number, marketMs: number): number {
  let change = book.changeAt(marketMs);
  while (book.updateId(change) > id) change -= 1;
  expect(book.updateId(change)).toBe(id);
  return change;
}

function isCrossed(message: Json): boolean {
  const levels = (side: string): number[] =>
    message.type === 'snapshot'
      ? message[side === 'buy' ? 'bids' : 'asks'].map(([price]: string[]) => Number(price))
      : message.changes
          .filter(([of, , size]: string[]) => of === side && Number(size) > 0)
          .map(([, price]: string[]) => Number(price));
  return Math.max(...levels('buy')) >= Math.min(...levels('sell'));
}
