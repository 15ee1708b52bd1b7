import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ClientBook,
  EPOCH_MS,
  type Json,
  SOCKET,
  bodyOf,
  dataOf,
  lastReply,
  openVenue,
  send,
  subscribe,
} from './deribit-harness.js';

const INVERSE_LOT = 10;

describe('Deribit channels', () => {
  it('wrap each notification with the name of its channel', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    subscribe(session, 'quote.BTC-PERPETUAL');
    await clock.advance(100);
    for (const message of sink.messages())
      expect(bodyOf(message)).toEqual({
        jsonrpc: '2.0',
        method: 'subscription',
        params: { channel: 'quote.BTC-PERPETUAL', data: expect.any(Object) },
      });
  });

  it('begin a book with a snapshot of all of it, which every change follows on', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect(SOCKET);
    await clock.advance(37);
    const channel = 'book.BTC-PERPETUAL.100ms';
    subscribe(session, channel);
    await clock.advance(1000);
    const messages = sink.messages(channel);
    const [snapshot, ...changes] = messages.map(dataOf);
    expect(snapshot).toMatchObject({ type: 'snapshot', instrument_name: 'BTC-PERPETUAL', timestamp: EPOCH_MS + 37 });
    expect(snapshot).not.toHaveProperty('prev_change_id');
    expect(snapshot.bids).toHaveLength(1000);
    expect(snapshot.asks[0]).toEqual(['new', expect.any(Number), expect.any(Number)]);
    expect(changes).toHaveLength(10);
    const { book } = market.perpetuals[0]!;
    expect(snapshot.change_id).toBe(book.updateId(book.changeAt(37)));
    const [subscribed] = sink.kinds('subscribed');
    expect(subscribed).toEqual({ kind: 'subscribed', stream: channel, nextId: snapshot.change_id + 1 });
    expect([messages[0]!.firstId, messages[0]!.lastId]).toEqual([snapshot.change_id, snapshot.change_id]);
    for (const [i, { type, change_id, prev_change_id }] of changes.entries()) {
      expect(type).toBe('change');
      expect([messages[i + 1]!.firstId, messages[i + 1]!.lastId]).toEqual([prev_change_id + 1, change_id]);
      expect(prev_change_id).toBe(messages[i]!.lastId);
    }
  });

  it('let a client keep the very book of the market by their own rule, whenever it begins', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          startMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
          secondMs: fc.integer({ min: 0, max: 1500 }),
          waitMs: fc.integer({ min: 0, max: 1500 }),
          interval: fc.constantFrom('100ms', 'agg2'),
          seed: fc.string({ maxLength: 5 }),
        }),
        async ({ startMs, secondMs, waitMs, interval, seed }) => {
          const { connect, clock, market, venue } = openVenue({ seed, symbols: 1 });
          await clock.advance(startMs);
          const clients = [
            { ...connect(SOCKET), channel: `book.BTC-PERPETUAL.${interval}`, symbol: market.perpetuals[0]! },
            { ...connect(SOCKET), channel: `book.BTC_USDC.${interval}`, symbol: market.symbols[0]! },
            // Joins a channel that is live, in the middle of an interval.
            { ...connect(SOCKET), channel: `book.BTC-PERPETUAL.${interval}`, symbol: market.perpetuals[0]! },
          ];
          for (const { session, channel } of clients.slice(0, 2)) subscribe(session, channel);
          await clock.advance(secondMs);
          subscribe(clients[2]!.session, clients[2]!.channel);
          await clock.advance(waitMs);
          for (const { sink, symbol } of clients) {
            const book = new ClientBook();
            for (const message of sink.messages()) book.apply(dataOf(message));
            book.expectMarket(symbol, symbol === market.symbols[0] ? 1e-5 : INVERSE_LOT);
          }
          venue.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('send no second snapshot for a channel that is live; a client has to leave it first', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect(SOCKET);
    const channel = 'book.ETH-PERPETUAL.100ms';
    subscribe(session, channel);
    await clock.advance(330);
    subscribe(session, channel);
    expect(lastReply(sink).result).toEqual([channel]);
    await clock.advance(300);
    expect(sink.kinds('subscribed')).toHaveLength(1);
    expect(sink.messages().filter((message) => dataOf(message).type === 'snapshot')).toHaveLength(1);
    send(session, 'public/unsubscribe', { channels: [channel] });
    subscribe(session, channel);
    await clock.advance(300);
    const types = sink.messages().map((message) => dataOf(message).type);
    expect(types.filter((type) => type === 'snapshot')).toHaveLength(2);
    const book = new ClientBook();
    for (const message of sink.messages()) book.apply(dataOf(message));
    book.expectMarket(market.perpetuals[1]!, 1);
  });

  it('do not stop at an event loop that stalled', async () => {
    const { connect, clock, market } = openVenue({ symbols: 1 });
    const { session, sink } = connect(SOCKET);
    subscribe(session, 'book.BTC-PERPETUAL.100ms', 'trades.BTC-PERPETUAL.100ms');
    const now = clock.now.bind(clock);
    clock.now = () => now() + 30_000;
    await clock.advance(200);
    const book = new ClientBook();
    for (const message of sink.messages('book.BTC-PERPETUAL.100ms')) book.apply(dataOf(message));
    book.expectMarket(market.perpetuals[0]!, INVERSE_LOT);
    const trades = sink.messages('trades.BTC-PERPETUAL.100ms').flatMap(dataOf);
    const { tape } = market.perpetuals[0]!;
    expect(trades.length).toBeGreaterThanOrEqual(tape.nextTradeId(30_000) - tape.nextTradeId(0));
    for (const [i, trade] of trades.entries()) expect(trade.trade_seq).toBe(tape.nextTradeId(0) + i);
  });

  it('show the top of the book in windows, plain or in groups, whenever it changed', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect(SOCKET);
    const channels = [
      'book.BTC-PERPETUAL.none.20.100ms',
      'book.BTC-PERPETUAL.10.10.100ms',
      'book.ETH-PERPETUAL.25.20.agg2',
      'book.BTC-PERPETUAL.none.1.100ms',
    ];
    subscribe(session, ...channels);
    expect(lastReply(sink).result).toEqual(channels);
    expect(sink.messages()).toHaveLength(4);
    await clock.advance(1000);
    expect(sink.messages(channels[2])).toHaveLength(2);
    const plain = sink.messages(channels[0]);
    expect(plain).toHaveLength(11);
    const { book, spec } = market.perpetuals[0]!;
    for (const message of plain) {
      const { change_id, bids, asks, ...more } = dataOf(message);
      expect(more).toEqual({ timestamp: expect.any(Number), instrument_name: 'BTC-PERPETUAL' });
      expect([message.firstId, message.lastId]).toEqual([change_id, change_id]);
      const levels = book.levels((change_id - book.updateId(0)) / spec.idsPerChange, 20);
      expect(bids).toEqual(levels.bids.map(([ticks, lots]) => [ticks / 100, lots * INVERSE_LOT]));
      expect(asks).toEqual(levels.asks.map(([ticks, lots]) => [ticks / 100, lots * INVERSE_LOT]));
    }
    const grouped = dataOf(sink.messages(channels[1]).at(-1));
    expect(grouped.bids).toHaveLength(10);
    const full = book.levels((grouped.change_id - book.updateId(0)) / spec.idsPerChange);
    for (const [price, amount] of grouped.bids.slice(0, 9)) {
      expect(price % 10).toBe(0);
      const inside = full.bids.filter(([ticks]) => ticks / 100 >= price && ticks / 100 < price + 10);
      expect(amount).toBe(inside.reduce((sum, [, lots]) => sum + lots * INVERSE_LOT, 0));
    }
    expect(grouped.asks[0][0]).toBeGreaterThan(grouped.bids[0][0]);
    expect(dataOf(sink.messages(channels[2])[0]).bids).toHaveLength(20);
    expect(dataOf(sink.messages(channels[3])[0]).asks).toHaveLength(1);
  });

  it('carry every trade once, a tenth of a second at a time, or each order by itself', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect(SOCKET);
    send(session, 'public/auth', { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' });
    const [batched, raw] = ['trades.BTC-PERPETUAL.100ms', 'trades.BTC-PERPETUAL.raw'];
    subscribe(session, batched, raw);
    await clock.advance(3000);
    const { tape } = market.perpetuals[0]!;
    for (const channel of [batched, raw]) {
      const messages = sink.messages(channel);
      const trades = messages.flatMap(dataOf);
      for (const [i, trade] of trades.entries()) expect(trade.trade_seq).toBe(tape.nextTradeId(0) + i);
      expect(trades.length).toBeGreaterThan(50);
      for (const message of messages) {
        const rows = dataOf(message);
        expect([message.firstId, message.lastId]).toEqual([rows[0].trade_seq, rows.at(-1).trade_seq]);
        if (channel === raw) expect(new Set(rows.map((row: Json) => row.timestamp)).size).toBe(1);
      }
    }
    expect(sink.messages(batched).length).toBeLessThanOrEqual(30);
    expect(sink.messages(raw).length).toBeGreaterThan(40);
    expect(sink.messages(raw).flatMap(dataOf).slice(0, 50)).toEqual(
      sink.messages(batched).flatMap(dataOf).slice(0, 50),
    );
  });

  it('carry the trades of a kind and a currency together, in the order of time', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    const channels = ['trades.future.USDC.100ms', 'trades.any.any.agg2', 'trades.option.BTC.100ms'];
    subscribe(session, ...channels);
    expect(lastReply(sink).result).toEqual(channels);
    await clock.advance(2000);
    const linear = sink.messages(channels[0]).flatMap(dataOf);
    expect(new Set(linear.map((trade: Json) => trade.instrument_name))).toEqual(
      new Set(['SOL_USDC-PERPETUAL', 'XRP_USDC-PERPETUAL']),
    );
    const all = sink.messages(channels[1]).flatMap(dataOf);
    expect(new Set(all.map((trade: Json) => trade.instrument_name)).size).toBe(8);
    for (const trades of [linear, all])
      for (const [i, trade] of trades.entries())
        if (i > 0) expect(trade.timestamp).toBeGreaterThanOrEqual(trades[i - 1].timestamp);
    expect(sink.messages(channels[2])).toEqual([]);
    for (const [i, message] of sink.messages(channels[0]).entries()) {
      expect([message.firstId, message.lastId]).toEqual([i + 1, i + 1]);
      expect(message.symbol).toBe('');
    }
  });

  it('begin tickers, quotes and funding with their present state and go on at their interval', async () => {
    const { connect, clock, result } = openVenue();
    const { session, sink } = connect(SOCKET);
    const channels = [
      'ticker.BTC-PERPETUAL.100ms',
      'ticker.BTC-PERPETUAL.agg2',
      'perpetual.BTC-PERPETUAL.100ms',
      'perpetual.ETH-PERPETUAL.agg2',
      'quote.BTC-PERPETUAL',
    ];
    const before = result('ticker', 'instrument_name=BTC-PERPETUAL');
    subscribe(session, ...channels);
    expect(sink.messages().map((message) => message.stream)).toEqual(channels);
    expect(dataOf(sink.messages(channels[0])[0])).toEqual(before);
    await clock.advance(2000);
    expect(channels.map((channel) => sink.messages(channel).length)).toEqual([21, 3, 21, 3, expect.any(Number)]);
    expect(sink.messages(channels[4]).length).toBeGreaterThan(60);
    const after = result('ticker', 'instrument_name=BTC-PERPETUAL');
    const { best_bid_price, best_bid_amount, best_ask_price, best_ask_amount } = after;
    expect(dataOf(sink.messages(channels[4]).at(-1))).toEqual({
      timestamp: expect.any(Number),
      instrument_name: 'BTC-PERPETUAL',
      best_bid_price,
      best_bid_amount,
      best_ask_price,
      best_ask_amount,
    });
    const funding = dataOf(sink.messages(channels[2])[0]);
    expect(funding).toEqual({
      timestamp: EPOCH_MS,
      interest: expect.closeTo(before.funding_8h, 7),
      index_price: before.index_price,
    });
    for (const channel of channels) {
      const ids = sink.messages(channel).map((message) => message.firstId);
      expect(ids).toEqual(ids.map((_, i) => i + 1));
    }
  });

  it('carry the bar of a chart as it grows, and its last state when it has ended', async () => {
    const { connect, clock, result } = openVenue();
    const { session, sink } = connect(SOCKET);
    subscribe(session, 'chart.trades.BTC-PERPETUAL.1', 'chart.trades.BTC-PERPETUAL.1D');
    await clock.advance(60_000);
    const bars = sink.messages('chart.trades.BTC-PERPETUAL.1').map(dataOf);
    expect(bars.length).toBeGreaterThan(50);
    const [first, second] = [...new Set(bars.map((bar) => bar.tick))];
    expect(second! - first!).toBe(60_000);
    const ended = bars.findLast((bar) => bar.tick === first);
    const range = `instrument_name=BTC-PERPETUAL&resolution=1&start_timestamp=${first}&end_timestamp=${first}`;
    const { open, high, low, close, volume, cost } = result('get_tradingview_chart_data', range);
    expect(ended).toEqual({
      tick: first,
      open: open[0],
      high: high[0],
      low: low[0],
      close: close[0],
      volume: volume[0],
      cost: cost[0],
    });
    const [day] = sink.messages('chart.trades.BTC-PERPETUAL.1D').map(dataOf);
    expect(day.tick % 86_400_000).toBe(0);
  });

  it('carry index prices and volatility every second, in agreement with the methods', async () => {
    const { connect, clock, result } = openVenue();
    const { session, sink } = connect(SOCKET);
    const channels = [
      'deribit_price_index.btc_usd',
      'deribit_price_index.sol_usdc',
      'deribit_volatility_index.eth_usd',
    ];
    subscribe(session, ...channels);
    const [btc, , eth] = sink.messages().map(dataOf);
    expect(btc).toEqual({
      index_name: 'btc_usd',
      price: result('get_index_price', 'index_name=btc_usd').index_price,
      timestamp: EPOCH_MS,
    });
    expect(eth).toEqual({ timestamp: EPOCH_MS, volatility: expect.any(Number), index_name: 'eth_usd' });
    const bar = `currency=ETH&start_timestamp=${EPOCH_MS}&end_timestamp=${EPOCH_MS}&resolution=60`;
    expect(result('get_volatility_index_data', bar).data[0][4]).toBe(eth.volatility);
    await clock.advance(3000);
    for (const channel of channels) expect(sink.messages(channel)).toHaveLength(4);
  });

  it('give a newcomer to a live channel its last message, and go on with the ids from there', async () => {
    const { connect, clock } = openVenue();
    const [one, two] = [connect(SOCKET), connect(SOCKET)];
    const channel = 'ticker.ETH-PERPETUAL.100ms';
    subscribe(one.session, channel);
    await clock.advance(450);
    subscribe(two.session, channel);
    await clock.advance(300);
    const [greeting, ...rest] = two.sink.messages();
    expect(greeting).toMatchObject({ firstId: 5, lastId: 5 });
    expect(bodyOf(greeting)).toEqual(bodyOf(one.sink.messages().find((message) => message.firstId === 5)));
    expect(rest.map((message) => message.firstId)).toEqual([6, 7, 8]);
    for (const message of rest) expect(one.sink.messages()).toContain(message);
  });

  it('can be spoiled in their books: a bid above the best ask, in a snapshot, a change and a window', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    subscribe(session, 'book.BTC-PERPETUAL.100ms', 'book.BTC-PERPETUAL.10.10.100ms', 'ticker.BTC-PERPETUAL.100ms');
    await clock.advance(300);
    for (const message of sink.messages()) {
      const { channel, data } = bodyOf(message).params;
      if (channel.startsWith('ticker')) {
        expect(message.spoiled?.('crossed')).toBeUndefined();
        continue;
      }
      expect(message.spoiled!('checksum')).toBeUndefined();
      const spoiled = JSON.parse(message.spoiled!('crossed')!).params.data;
      const best = (book: Json): [number, number] => {
        const prices = (side: Json[]): number[] =>
          side.filter((level) => level[0] !== 'delete').map((level) => level.at(-2));
        return [Math.max(...prices(book.bids)), Math.min(...prices(book.asks))];
      };
      const [bid, ask] = best(spoiled);
      expect(bid).toBeGreaterThan(ask);
      const [trueBid, trueAsk] = best(data);
      expect(trueBid).toBeLessThan(trueAsk);
      expect({ ...spoiled, bids: 0, asks: 0 }).toEqual({ ...data, bids: 0, asks: 0 });
      expect(spoiled.bids).toEqual(expect.arrayContaining(data.bids));
      expect(spoiled.asks).toEqual(expect.arrayContaining(data.asks));
    }
  });

  it.each([
    'book.NOPE.100ms',
    'book.BTC-PERPETUAL',
    'book.BTC-PERPETUAL.10ms',
    'book.BTC-PERPETUAL.none.20',
    'book.BTC-PERPETUAL.3.20.100ms',
    'book.BTC-PERPETUAL.none.5.100ms',
    'book.BTC-PERPETUAL.none.20.100ms.x',
    'trades.BTC-PERPETUAL.1s',
    'trades.future.NOPE.100ms',
    'trades.toString.BTC.100ms',
    'ticker.BTC-PERPETUAL',
    'ticker.BTC-PERPETUAL.100ms.x',
    'quote.BTC-PERPETUAL.100ms',
    'quote.__proto__',
    'perpetual.BTC_USDC.100ms',
    'chart.trades.BTC-PERPETUAL.2',
    'chart.quotes.BTC-PERPETUAL.1',
    'deribit_price_index.nope',
    'deribit_volatility_index.sol_usdc',
    'deribit_volatility_index.btc_usdc',
    'platform_state.x',
    'user.orders.any.any.raw100',
    '__proto__',
    'toString.BTC-PERPETUAL',
    '',
  ])('are left out of the answer when there is none called %j', (channel) => {
    const { connect } = openVenue();
    const { session, sink } = connect(SOCKET);
    subscribe(session, channel, 'platform_state');
    expect(lastReply(sink).result).toEqual(['platform_state']);
    expect(sink.kinds('subscribed')).toHaveLength(1);
  });
});
