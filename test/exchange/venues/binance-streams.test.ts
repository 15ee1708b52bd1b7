import { describe, expect, it } from 'vitest';
import { EPOCH_MS, type Json, bodyOf, openVenue, send } from './binance-harness.js';

describe('Binance streams', () => {
  it('carry every trade once, within ten milliseconds of its happening', async () => {
    const { connect, clock, market } = openVenue();
    const { sink } = connect('/ws/btcusdt@trade');
    const { tape } = market.symbols.at(0)!;
    const firstId = tape.nextTradeId(0);
    await clock.advance(3000);
    const trades = sink.messages().map(bodyOf);
    const expected = tape.trades(firstId, 2990).map((trade) => trade.id);
    expect(trades.map((trade: Json) => trade.t).slice(0, expected.length)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(50);
    for (const { e, s, E, T, p, q } of trades) {
      expect({ e, s }).toEqual({ e: 'trade', s: 'BTCUSDT' });
      expect(E - T).toBeGreaterThanOrEqual(0);
      expect(E - T).toBeLessThanOrEqual(10);
      expect(`${p} ${q}`).toMatch(/^\d+\.\d{8} \d+\.\d{8}$/);
    }
  });

  it('follow one another in the ids told to the ledger, which are the trades', async () => {
    const { connect, clock } = openVenue();
    const { sink } = connect('/ws/btcusdt@trade');
    await clock.advance(2000);
    const [subscribed] = sink.kinds('subscribed');
    let next = subscribed?.kind === 'subscribed' ? subscribed.nextId : 0;
    for (const message of sink.messages()) {
      expect([message.firstId, message.lastId]).toEqual([next, next]);
      expect(bodyOf(message).t).toBe(next++);
    }
  });

  it('let a client build the book by the venue’s own rule', async () => {
    const { connect, clock, get } = openVenue();
    const { sink } = connect('/stream?streams=ethusdt@depth@100ms');
    await clock.advance(1050);
    const snapshot = get('/api/v3/depth?symbol=ETHUSDT&limit=5000');
    await clock.advance(2000);
    const book = { bids: new Map<string, string>(snapshot.bids), asks: new Map<string, string>(snapshot.asks) };
    let local = snapshot.lastUpdateId;
    for (const { data } of sink.messages().map(bodyOf)) {
      if (data.u <= local) continue;
      expect(data.U).toBeLessThanOrEqual(local + 1);
      for (const [side, changes] of [
        [book.bids, data.b],
        [book.asks, data.a],
      ] as const) {
        for (const [price, quantity] of changes)
          if (Number(quantity) === 0) side.delete(price);
          else side.set(price, quantity);
      }
      local = data.u;
    }
    await clock.advance(0);
    const later = get('/api/v3/depth?symbol=ETHUSDT&limit=5000');
    const tail = later.lastUpdateId - local;
    expect(tail).toBeLessThan(100);
    // The book has moved on since the last event; join in time by waiting for the next one.
    let final = sink.messages().map(bodyOf).at(-1).data;
    while (final.u < later.lastUpdateId) {
      await clock.advance(5);
      final = sink.messages().map(bodyOf).at(-1).data;
    }
    for (const [side, changes] of [
      [book.bids, final.b],
      [book.asks, final.a],
    ] as const)
      for (const [price, quantity] of changes)
        if (Number(quantity) === 0) side.delete(price);
        else side.set(price, quantity);
    const now = get('/api/v3/depth?symbol=ETHUSDT&limit=5000');
    expect(now.lastUpdateId).toBe(final.u);
    expect(book.bids).toEqual(new Map(now.bids));
    expect(book.asks).toEqual(new Map(now.asks));
  });

  it('carry depth ten times or once a second, each event beginning where the last one ended', async () => {
    const { connect, clock } = openVenue();
    const fast = connect('/ws/btcusdt@depth@100ms').sink;
    const slow = connect('/ws/btcusdt@depth').sink;
    await clock.advance(5000);
    expect(fast.messages()).toHaveLength(50);
    expect(slow.messages()).toHaveLength(5);
    for (const sink of [fast, slow]) {
      const events = sink.messages().map(bodyOf);
      for (const [i, event] of events.entries()) if (i > 0) expect(event.U).toBe(events[i - 1].u + 1);
      for (const [i, message] of sink.messages().entries())
        expect([message.firstId, message.lastId]).toEqual([events[i].U, events[i].u]);
    }
  });

  it('carry the top of the book with the id of the REST snapshot', async () => {
    const { connect, clock, get } = openVenue();
    const { sink } = connect('/ws/btcusdt@depth5@100ms/btcusdt@depth20');
    while (sink.messages('btcusdt@depth20').length === 0) await clock.advance(5);
    const snapshot = get('/api/v3/depth?symbol=BTCUSDT&limit=20');
    const last = sink.messages('btcusdt@depth20').map(bodyOf).at(-1);
    expect(last.bids).toHaveLength(20);
    expect(snapshot.lastUpdateId - last.lastUpdateId).toBeLessThanOrEqual(14);
    expect(bodyOf(sink.messages('btcusdt@depth5@100ms').at(-1)).asks).toHaveLength(5);
    expect(sink.messages('btcusdt@depth5@100ms').length).toBeGreaterThanOrEqual(1);
  });

  it('quote the touch whenever it changes', async () => {
    const { connect, clock, get } = openVenue();
    const { sink } = connect('/ws/btcusdt@bookTicker');
    await clock.advance(1000);
    const quotes = sink.messages().map(bodyOf);
    expect(quotes.length).toBeGreaterThan(30);
    const ids = sink.messages().map((message) => message.lastId);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    const { bidPrice, bidQty, askPrice, askQty } = get('/api/v3/ticker/bookTicker?symbol=BTCUSDT');
    expect(quotes.at(-1)).toMatchObject({ b: bidPrice, B: bidQty, a: askPrice, A: askQty });
  });

  it('carry a kline as it grows, and say when it has closed', async () => {
    const { connect, clock, get } = openVenue();
    const { sink } = connect('/ws/btcusdt@kline_1m');
    await clock.advance(60_000);
    const bars = sink.messages().map((message) => bodyOf(message).k);
    expect(bars.length).toBeGreaterThanOrEqual(30);
    const closed = bars.filter((bar) => bar.x);
    expect(closed).toHaveLength(1);
    const [rest] = get('/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=2');
    const { t, o, h, l, c, v, T, q, n, V, Q } = closed[0];
    expect([t, o, h, l, c, v, T, q, n, V, Q, '0']).toEqual(rest);
    const ids = sink.messages().map((message) => message.firstId);
    expect(ids).toEqual(ids.map((_, i) => ids.at(0)! + i));
  });

  it('carry both tickers every second, in agreement with REST', async () => {
    const { connect, clock } = openVenue();
    const { sink } = connect('/stream?streams=btcusdt@miniTicker/btcusdt@ticker');
    await clock.advance(5000);
    const minis = sink.messages('btcusdt@miniTicker');
    expect(minis).toHaveLength(5);
    expect(sink.messages('btcusdt@ticker')).toHaveLength(5);
    const mini = bodyOf(minis[2]).data;
    const full = bodyOf(sink.messages('btcusdt@ticker')[2]).data;
    expect([mini.e, full.e]).toEqual(['24hrMiniTicker', '24hrTicker']);
    expect([full.c, full.o, full.h, full.l, full.v, full.q]).toEqual([mini.c, mini.o, mini.h, mini.l, mini.v, mini.q]);
    expect(full.n).toBe(full.L - full.F + 1);
  });

  it('aggregate what the trade stream carries', async () => {
    const { connect, clock } = openVenue();
    const { sink } = connect('/stream?streams=btcusdt@aggTrade/btcusdt@trade');
    await clock.advance(2000);
    const trades = sink.messages('btcusdt@trade').map((message) => bodyOf(message).data.t);
    const ranges = sink.messages('btcusdt@aggTrade').map((message) => bodyOf(message).data);
    expect(ranges.flatMap(({ f, l }) => Array.from({ length: l - f + 1 }, (_, i) => f + i))).toEqual(trades);
    for (const [i, { a }] of ranges.entries()) expect(a).toBe(ranges[0].a + i);
  });

  it('are written once for all subscribers of the same form', async () => {
    const { connect, clock } = openVenue();
    const [one, two] = [connect('/ws/btcusdt@trade').sink, connect('/ws/btcusdt@trade').sink];
    const combined = connect('/stream?streams=btcusdt@trade').sink;
    await clock.advance(500);
    expect(one.messages().length).toBeGreaterThan(5);
    for (const [i, message] of one.messages().entries()) {
      expect(two.messages()[i]).toBe(message);
      expect(bodyOf(combined.messages()[i])).toEqual({ stream: 'btcusdt@trade', data: bodyOf(message) });
    }
  });

  it('stamp microseconds where the connection asked for them', async () => {
    const { connect, clock } = openVenue();
    const fine = connect('/ws/btcusdt@trade/btcusdt@kline_1m?timeUnit=microsecond').sink;
    const coarse = connect('/ws/btcusdt@trade/btcusdt@kline_1m').sink;
    await clock.advance(3000);
    for (const [i, message] of fine.messages().entries()) {
      const [micros, millis] = [bodyOf(message), bodyOf(coarse.messages()[i])];
      expect(Math.floor(micros.E / 1000)).toBe(millis.E);
      if (micros.e === 'trade') expect(Math.floor(micros.T / 1000)).toBe(millis.T);
      else expect([micros.k.t, micros.k.T]).toEqual([millis.k.t * 1000, millis.k.T * 1000 + 999]);
    }
    expect(bodyOf(fine.messages()[0]).E).toBeGreaterThan(EPOCH_MS * 1000);
  });

  it('do not stop at an event loop that stalled: what happened meanwhile is sent, in order', async () => {
    const { connect, clock, market } = openVenue();
    const { session, sink } = connect('/ws');
    send(session, 'SUBSCRIBE', ['btcusdt@trade', 'btcusdt@depth@100ms']);
    // A jump of the clock without timers in between.
    const now = clock.now.bind(clock);
    clock.now = () => now() + 30_000;
    await clock.advance(200);
    const trades = sink.messages('btcusdt@trade');
    const { tape } = market.symbols.at(0)!;
    expect(trades.length).toBeGreaterThanOrEqual(tape.nextTradeId(30_000) - tape.nextTradeId(0));
    for (const [i, trade] of trades.entries()) expect(trade.firstId).toBe(trades.at(0)!.firstId + i);
    const depth = sink.messages('btcusdt@depth@100ms');
    expect(depth.length).toBeLessThan(5);
    for (const [i, event] of depth.entries()) if (i > 0) expect(event.firstId).toBe(depth.at(i - 1)!.lastId + 1);
  });
});
