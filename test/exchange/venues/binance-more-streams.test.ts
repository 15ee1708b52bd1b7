import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientBook, EPOCH_MS, type Json, bodyOf, openVenue } from './binance-harness.js';

describe('Binance streams of the whole venue', () => {
  it.each([
    ['!miniTicker@arr', 'miniTicker', '24hrMiniTicker'],
    ['!ticker@arr', 'ticker', '24hrTicker'],
    ['!ticker_1h@arr', 'ticker_1h', '1hTicker'],
    ['!ticker_4h@arr', 'ticker_4h', '4hTicker'],
    ['!ticker_1d@arr', 'ticker_1d', '1dTicker'],
  ])('%s holds once a second what the symbols’ own streams hold', async (stream, kind, event) => {
    const { connect, clock, venue } = openVenue();
    const { sink } = connect(`/stream?streams=${stream}/btcusdt@${kind}`);
    await clock.advance(4000);
    const arrays = sink.messages(stream);
    expect(arrays.length).toBeGreaterThanOrEqual(3);
    expect(arrays.every(({ symbol }) => symbol === '')).toBe(true);
    const last = bodyOf(arrays.at(-1)).data;
    expect(last.map((item: Json) => item.s)).toEqual(venue.symbols);
    const single = bodyOf(sink.messages(`btcusdt@${kind}`).at(-1)).data;
    expect(Object.keys(last[0])).toEqual(Object.keys(single));
    expect([last[0].e, single.e]).toEqual([event, event]);
  });

  it('leave out the symbols that have not traded since', async () => {
    const { connect, clock, market } = openVenue({ symbols: 60 });
    const { sink } = connect('/ws/!miniTicker@arr');
    await clock.advance(3000);
    const [, second, third] = sink.messages();
    const names = bodyOf(third).map((item: Json) => item.s);
    const [from, to] = [second, third].map((message) => bodyOf(message)[0].E - EPOCH_MS) as [number, number];
    const traded = market.symbols.filter(({ tape }) => tape.nextTradeId(to) > tape.nextTradeId(from));
    expect(names).toEqual(traded.map(({ spec }) => `${spec.base}${spec.quote}`));
    expect(names.length).toBeLessThan(60);
    expect(sink.messages().map(({ firstId }) => firstId)).toEqual([1, 2, 3]);
  });

  it('!bookTicker quotes every symbol as its own stream does', async () => {
    const { connect, clock } = openVenue();
    const { sink } = connect('/stream?streams=!bookTicker/ethusdt@bookTicker');
    await clock.advance(1000);
    const all = sink.messages('!bookTicker');
    const own = sink.messages('ethusdt@bookTicker').map((message) => bodyOf(message).data);
    const eth = all.map((message) => bodyOf(message).data).filter(({ s }) => s === 'ETHUSDT');
    expect(eth.length).toBeGreaterThan(20);
    // Both look at the same book, if not always at the same moment.
    const seen = new Set(own.map(({ u }) => u));
    for (const quote of eth.filter(({ u }) => seen.has(u))) expect(own).toContainEqual(quote);
    expect(all.map(({ firstId }) => firstId)).toEqual(all.map((_, i) => i + 1));
  });
});

describe('Binance streams of a symbol', () => {
  it('carry the average price of five minutes, as REST has it', async () => {
    const { connect, clock, get } = openVenue();
    const { sink } = connect('/ws/btcusdt@avgPrice');
    while (sink.messages().length === 0) await clock.advance(5);
    const { e, s, i, w, T, E } = bodyOf(sink.messages()[0]);
    expect({ e, s, i }).toEqual({ e: 'avgPrice', s: 'BTCUSDT', i: '5m' });
    expect(w).toBe(get('/api/v3/avgPrice?symbol=BTCUSDT').price);
    expect(T).toBeLessThanOrEqual(E);
  });

  it('carry rolling windows that open on a whole minute, as REST has them', async () => {
    const { connect, clock, get } = openVenue();
    const { sink } = connect('/ws/btcusdt@ticker_1h');
    while (sink.messages().length === 0) await clock.advance(5);
    const event = bodyOf(sink.messages()[0]);
    const rest = get('/api/v3/ticker?symbol=BTCUSDT&windowSize=1h');
    const { p, P, w, o, h, l, c, v, q, O, C, F, L, n } = event;
    expect([p, P, w, o, h, l, c, v, q, O, C, F, L, n]).toEqual([
      rest.priceChange,
      rest.priceChangePercent,
      rest.weightedAvgPrice,
      rest.openPrice,
      rest.highPrice,
      rest.lowPrice,
      rest.lastPrice,
      rest.volume,
      rest.quoteVolume,
      rest.openTime,
      rest.closeTime,
      rest.firstId,
      rest.lastId,
      rest.count,
    ]);
    expect(O % 60_000).toBe(0);
    expect(C - O).toBeGreaterThanOrEqual(3_600_000);
    expect(C - O).toBeLessThan(3_660_000);
  });

  it('carry klines of days that begin at midnight eight hours east', async () => {
    const { connect, clock } = openVenue();
    const { sink } = connect('/ws/btcusdt@kline_1d@+08:00/btcusdt@kline_1d');
    const combined = connect('/stream?streams=btcusdt@kline_1d@+08:00').sink;
    await clock.advance(2500);
    const east = bodyOf(sink.messages('btcusdt@kline_1d@+08:00')[0]).k;
    const utc = bodyOf(sink.messages('btcusdt@kline_1d')[0]).k;
    expect([east.t % 86_400_000, utc.t % 86_400_000]).toEqual([16 * 3_600_000, 0]);
    expect(east.i).toBe('1d');
    expect(combined.messages()).not.toEqual([]);
  });

  it('have no data for windows, zones and intervals that are not offered', async () => {
    const { connect, clock } = openVenue();
    const names = [
      'btcusdt@ticker_2h',
      'btcusdt@kline_1m@+09:00',
      '!ticker_constructor@arr',
      '!toString',
      '!bookTicker@arr',
    ];
    const { sink } = connect(`/ws/${names.join('/')}`);
    await clock.advance(3000);
    expect(sink.messages()).toEqual([]);
    expect(sink.kinds('subscribed')).toHaveLength(names.length);
  });

  it.each(['btcusdt@depth@100ms', 'btcusdt@depth5@100ms', 'btcusdt@depth20', 'btcusdt@bookTicker', '!bookTicker'])(
    'can be crossed on purpose: %s',
    async (stream) => {
      const { connect, clock } = openVenue();
      const { sink } = connect(`/stream?streams=${stream}`);
      await clock.advance(1500);
      for (const message of sink.messages()) {
        const { data: right } = bodyOf(message);
        const { stream: name, data: wrong } = JSON.parse(message.spoiled?.('crossed') ?? '');
        expect(name).toBe(stream);
        expect(isCrossed(right)).toBe(false);
        expect(isCrossed(wrong)).toBe(true);
        expect({ ...wrong, b: 0, bids: 0 }).toEqual({ ...right, b: 0, bids: 0 });
        if (right.bids) expect(wrong.bids).toHaveLength(right.bids.length);
        expect(message.spoiled?.('checksum')).toBeUndefined();
      }
      expect(sink.messages()).not.toEqual([]);
    },
  );

  it('cannot be crossed when they have no book', async () => {
    const { connect, clock } = openVenue();
    const { sink } = connect('/ws/btcusdt@trade/btcusdt@miniTicker/btcusdt@kline_1s');
    await clock.advance(1500);
    expect(sink.messages().flatMap((message) => message.spoiled?.('crossed') ?? [])).toEqual([]);
  });
});

// Best of what stands in the frame; deleted levels do not.
function isCrossed({ b, a, bids = b, asks = a }: Json): boolean {
  if (typeof bids === 'string') return Number(bids) >= Number(asks);
  const standing = (levels: Json[]): number[] =>
    levels.filter(([, quantity]) => Number(quantity) > 0).map(([price]) => Number(price));
  return Math.max(...standing(bids)) >= Math.min(...standing(asks));
}

describe('a client that keeps a Binance spot book by the documented rule', () => {
  it('has the market’s book after every event, whenever it began', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: 400 }),
      fc.constantFrom('depth@100ms', 'depth'),
      async (startMs, snapshotAfterMs, kind) => {
        const { connect, clock, get, market, venue } = openVenue({ symbols: 2 });
        await clock.advance(startMs);
        const { sink } = connect(`/ws/ethusdt@${kind}`);
        await clock.advance(snapshotAfterMs);
        let snapshot = get('/api/v3/depth?symbol=ETHUSDT&limit=5000');
        while (sink.messages().length === 0) await clock.advance(20);
        // "If it is older than the first event, fetch it again."
        if (snapshot.lastUpdateId < bodyOf(sink.messages()[0]).U)
          snapshot = get('/api/v3/depth?symbol=ETHUSDT&limit=5000');
        await clock.advance(kind === 'depth' ? 2200 : 700);
        const events = sink
          .messages()
          .map(bodyOf)
          .filter(({ u }) => u > snapshot.lastUpdateId);
        const book = new ClientBook(snapshot);
        let local = snapshot.lastUpdateId;
        for (const [i, event] of events.entries()) {
          if (i === 0) expect(event.U <= local + 1 && local + 1 <= event.u).toBe(true);
          else expect(event.U).toBe(local + 1);
          book.apply(event);
          local = event.u;
          expect(book).toEqual(bookAt(market.symbols[1]!, local));
        }
        expect(events.length).toBeGreaterThan(1);
        venue.close();
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });
});

function bookAt({ book, spec }: Json, updateId: number): ClientBook {
  const change = (updateId - book.updateId(0)) / (book.updateId(1) - book.updateId(0));
  const written = (levels: [number, number][]): string[][] =>
    levels.map(([ticks, lots]) => [
      (ticks / 10 ** spec.priceDecimals).toFixed(8),
      (lots / 10 ** spec.lotDecimals).toFixed(8),
    ]);
  const { bids, asks } = book.levels(change);
  return new ClientBook({ bids: written(bids), asks: written(asks) });
}

describe('Binance REST windows', () => {
  it('cover the calendar day in the asker’s zone', () => {
    const { get } = openVenue();
    const day = get('/api/v3/ticker/tradingDay?symbol=BTCUSDT&timeZone=8');
    expect(day.openTime % 86_400_000).toBe(16 * 3_600_000);
    expect(day.closeTime - day.openTime).toBe(86_399_999);
    expect(day.count).toBe(day.lastId - day.firstId + 1);
    const mini = get('/api/v3/ticker/tradingDay?symbols=["BTCUSDT","ETHUSDT"]&type=MINI');
    expect(mini).toHaveLength(2);
    expect(mini[0]).not.toHaveProperty('priceChange');
  });

  it.each([
    ['1m', 60_000],
    ['59m', 59 * 60_000],
    ['23h', 23 * 3_600_000],
    ['7d', 7 * 86_400_000],
  ])('are as long as %s', (size, lengthMs) => {
    const { openTime, closeTime } = openVenue().get(`/api/v3/ticker?symbol=ETHUSDT&windowSize=${size}`);
    expect(closeTime - openTime - lengthMs).toBe(10_000);
  });

  it.each([
    ['/api/v3/ticker', -1102],
    ['/api/v3/ticker?symbol=BTCUSDT&windowSize=60m', -1130],
    ['/api/v3/ticker?symbol=BTCUSDT&windowSize=1d2h', -1130],
    ['/api/v3/ticker?symbol=BTCUSDT&type=BIG', -1139],
    ['/api/v3/ticker/tradingDay?symbol=BTCUSDT&timeZone=99', -1130],
  ])('are refused for %s', (target, code) => {
    expect(openVenue().get(target).code).toBe(code);
  });

  it('weigh 4 a symbol', () => {
    const { rest } = openVenue();
    expect(rest('/api/v3/ticker?symbols=["BTCUSDT","ETHUSDT","SOLUSDT"]').headers['x-mbx-used-weight']).toBe('12');
  });
});
