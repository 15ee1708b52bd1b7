import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientBook, EPOCH_MS, type Json, bodyOf, openUsdm, send } from './binance-harness.js';

const BOOK = ['btcusdt@depth@100ms', 'btcusdt@depth5@100ms', 'btcusdt@bookTicker'];
const MARKET = ['btcusdt@aggTrade', 'btcusdt@markPrice@1s', 'btcusdt@kline_1m', '!markPrice@arr@1s'];

describe('Binance USD-M routes', () => {
  it.each([
    ['/public/stream', [...BOOK, 'btcusdt@trade']],
    ['/market/stream', [...MARKET, 'btcusdt@trade']],
    ['/private/stream', []],
    ['/stream', BOOK],
  ])('carry at %s the streams that belong there and are silent about the others', async (path, carried) => {
    const { connect, clock } = openUsdm();
    const { session, sink } = connect(path);
    const all = [...BOOK, ...MARKET, 'btcusdt@trade'];
    send(session, 'SUBSCRIBE', all);
    await clock.advance(2500);
    expect(new Set(sink.messages().map(({ stream }) => stream))).toEqual(new Set(carried));
    send(session, 'UNSUBSCRIBE', all, 2);
    expect(sink.replies()).toEqual([
      { result: null, id: 1 },
      { result: null, id: 2 },
    ]);
    expect(sink.kinds('subscribed')).toHaveLength(all.length);
    expect(sink.kinds('unsubscribed')).toHaveLength(all.length);
  });

  it('leave a stream alone that another connection has at the right place', async () => {
    const { connect, clock } = openUsdm();
    const right = connect('/market/ws/btcusdt@aggTrade');
    const wrong = connect('/ws/btcusdt@aggTrade');
    await clock.advance(500);
    send(wrong.session, 'UNSUBSCRIBE', ['btcusdt@aggTrade']);
    expect(wrong.sink.kinds('unsubscribed')).toEqual([{ kind: 'unsubscribed', stream: 'btcusdt@aggTrade', nextId: 0 }]);
    wrong.session.end();
    const sent = right.sink.messages().length;
    await clock.advance(500);
    expect(right.sink.messages().length).toBeGreaterThan(sent);
    expect(wrong.sink.messages()).toEqual([]);
  });

  it('carry everything without a route when the rule says that it is as it was before', async () => {
    const { connect, clock } = openUsdm({ rules: { unroutedMarketData: 1 } });
    const { sink } = connect(`/stream?streams=${[...BOOK, ...MARKET].join('/')}`);
    await clock.advance(2500);
    expect(new Set(sink.messages().map(({ stream }) => stream)).size).toBe(BOOK.length + MARKET.length);
  });

  it.each(['/public', '/public/', '/other/ws', '/public/streams', '/ws-fapi/v2'])('do not include %s', (path) => {
    expect(() => openUsdm().connect(path)).toThrow('refused with 404');
  });
});

describe('Binance USD-M book streams', () => {
  it('chain by `pu`, with gaps between it and `U`; the ledger’s ids have none', async () => {
    const { connect, clock } = openUsdm();
    const { sink } = connect('/public/ws/btcusdt@depth@100ms');
    await clock.advance(3000);
    const events = sink.messages().map(bodyOf);
    expect(events).toHaveLength(30);
    expect(Object.keys(events[0])).toEqual(['e', 'E', 'T', 's', 'ps', 'U', 'u', 'pu', 'b', 'a', 'st']);
    const gaps = events.map(({ U, pu }) => U - pu - 1);
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    expect(new Set(gaps).size).toBeGreaterThan(3);
    for (const [i, { pu, u, E, T }] of events.entries()) {
      if (i > 0) expect(pu).toBe(events[i - 1].u);
      expect(E).toBeGreaterThanOrEqual(T);
      expect([sink.messages()[i]!.firstId, sink.messages()[i]!.lastId]).toEqual([pu + 1, u]);
    }
  });

  it.each([
    ['depth', 250],
    ['depth@500ms', 500],
    ['depth10', 250],
    ['depth20@100ms', 100],
  ])('come in the rhythm of %s', async (kind, periodMs) => {
    const { connect, clock } = openUsdm();
    const { sink } = connect(`/public/ws/btcusdt@${kind}`);
    await clock.advance(2000);
    expect(sink.messages()).toHaveLength(2000 / periodMs);
  });

  it('show the top of the book as REST does, each event chained to the one before', async () => {
    const { connect, clock, get } = openUsdm();
    const { sink } = connect('/public/ws/btcusdt@depth5@100ms');
    while (sink.messages().length < 3) await clock.advance(5);
    const events = sink.messages().map(bodyOf);
    const { b, a, u, pu, U } = events[2];
    expect(pu).toBe(events[1].u);
    expect(U).toBeLessThanOrEqual(u);
    const rest = get('/fapi/v1/depth?symbol=BTCUSDT&limit=5');
    expect([u, b, a]).toEqual([rest.lastUpdateId, rest.bids, rest.asks]);
  });

  it.each(['btcusdt@depth@100ms', 'btcusdt@depth5@100ms', 'btcusdt@bookTicker'])(
    'can be crossed on purpose: %s',
    async (stream) => {
      const { connect, clock } = openUsdm();
      const { sink } = connect(`/public/ws/${stream}`);
      await clock.advance(500);
      const [message] = sink.messages();
      const wrong = JSON.parse(message?.spoiled?.('crossed') ?? '');
      const best = (levels: Json): number => Number(typeof levels === 'string' ? levels : levels[0][0]);
      const asks = typeof wrong.a === 'string' ? wrong.a : wrong.a.filter(([, q]: Json) => Number(q) > 0);
      expect(best(wrong.b)).toBeGreaterThan(best(asks));
      expect({ ...wrong, b: 0 }).toEqual({ ...bodyOf(message), b: 0 });
    },
  );

  it('let a client keep the book by the documented rule, whenever it began', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: 500 }),
      fc.constantFrom('depth@100ms', 'depth'),
      async (startMs, snapshotAfterMs, kind) => {
        const { connect, clock, get, venue } = openUsdm({ symbols: 2 });
        await clock.advance(startMs);
        const { sink } = connect(`/public/ws/ethusdt@${kind}`);
        while (sink.messages().length === 0) await clock.advance(20);
        await clock.advance(snapshotAfterMs);
        const snapshot = get('/fapi/v1/depth?symbol=ETHUSDT&limit=1000');
        await clock.advance(900);
        // 4. Drop any event where u is < lastUpdateId. 5. The first processed event has U <= lastUpdateId <= u.
        const events = sink
          .messages()
          .map(bodyOf)
          .filter(({ u }) => u >= snapshot.lastUpdateId);
        const book = new ClientBook(snapshot);
        let previous: number | undefined;
        for (const event of events) {
          if (previous === undefined) expect(event.U).toBeLessThanOrEqual(snapshot.lastUpdateId);
          else expect(event.pu).toBe(previous);
          book.apply(event);
          previous = event.u;
        }
        expect(events.length).toBeGreaterThan(2);
        while (get('/fapi/v1/depth?symbol=ETHUSDT&limit=5').lastUpdateId !== previous) {
          await clock.advance(5);
          const event = bodyOf(sink.messages().at(-1));
          if (event.pu !== previous) continue;
          book.apply(event);
          previous = event.u;
        }
        const { bids, asks } = get('/fapi/v1/depth?symbol=ETHUSDT&limit=1000');
        expect(book).toEqual(new ClientBook({ bids, asks }));
        venue.close();
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });
});

describe('Binance USD-M market streams', () => {
  it('carry trades and aggregates in the futures’ shapes', async () => {
    const { connect, clock } = openUsdm();
    const { sink } = connect('/market/stream?streams=btcusdt@trade/btcusdt@aggTrade');
    await clock.advance(1000);
    const trades = sink.messages('btcusdt@trade').map((message) => bodyOf(message).data);
    const orders = sink.messages('btcusdt@aggTrade').map((message) => bodyOf(message).data);
    expect(Object.keys(trades[0])).toEqual(['e', 'E', 'T', 's', 't', 'p', 'q', 'X', 'm']);
    expect(Object.keys(orders[0])).toEqual(['e', 'E', 's', 'a', 'p', 'q', 'f', 'l', 'T', 'm']);
    expect(orders.flatMap(({ f, l }) => Array.from({ length: l - f + 1 }, (_, i) => f + i))).toEqual(
      trades.map(({ t }) => t),
    );
  });

  it('carry the mark price every three seconds or every second, for one contract or all', async () => {
    const { connect, clock, get } = openUsdm();
    const streams = ['btcusdt@markPrice', 'btcusdt@markPrice@1s', '!markPrice@arr', '!markPrice@arr@1s'];
    const { sink } = connect(`/market/stream?streams=${streams.join('/')}`);
    await clock.advance(9000);
    expect(streams.map((stream) => sink.messages(stream).length)).toEqual([3, 9, 3, 9]);
    await clock.advance(1000);
    const all = bodyOf(sink.messages('!markPrice@arr@1s').at(-1)).data;
    expect(all).toHaveLength(4);
    const { e, s, p, i, P, r, T, E } = all[0];
    const rest = get('/fapi/v1/premiumIndex?symbol=BTCUSDT');
    expect({ e, s, r, T }).toEqual({
      e: 'markPriceUpdate',
      s: 'BTCUSDT',
      r: rest.lastFundingRate,
      T: rest.nextFundingTime,
    });
    expect(P).toBe(i);
    expect(Math.abs(Number(p) / Number(rest.markPrice) - 1)).toBeLessThan(1e-3);
    expect(E).toBeLessThanOrEqual(EPOCH_MS + 10_000);
  });

  it('carry every liquidation once, of one contract or of all', async () => {
    const { connect, clock, market } = openUsdm({ activity: 50 });
    const { sink } = connect('/market/stream?streams=btcusdt@forceOrder/!forceOrder@arr');
    await clock.advance(20_000);
    const own = sink.messages('btcusdt@forceOrder').map((message) => bodyOf(message).data);
    const all = sink.messages('!forceOrder@arr').map((message) => bodyOf(message).data);
    const { contract } = market.perpetuals[0]!;
    const happened = contract.liquidations(contract.nextLiquidationId(0), 19_995);
    expect(happened.length).toBeGreaterThan(5);
    expect(own.slice(0, happened.length).map(({ o }) => o)).toEqual(
      happened.map((one) => ({
        s: 'BTCUSDT',
        S: one.sold ? 'SELL' : 'BUY',
        o: 'LIMIT',
        f: 'IOC',
        q: (one.lots / 1e5).toFixed(5),
        p: (one.ticks / 100).toFixed(2),
        ap: (one.ticks / 100).toFixed(2),
        X: 'FILLED',
        l: (one.lots / 1e5).toFixed(5),
        z: (one.lots / 1e5).toFixed(5),
        T: Math.floor(EPOCH_MS + one.marketMs),
      })),
    );
    expect(all.filter(({ o }) => o.s === 'BTCUSDT')).toEqual(own);
    expect(new Set(all.map(({ o }) => o.s)).size).toBe(4);
    const ids = sink.messages('!forceOrder@arr').map(({ firstId }) => firstId);
    expect(ids).toEqual(ids.map((_, i) => i + 1));
    expect(sink.messages('btcusdt@forceOrder').map(({ firstId }) => firstId)).toEqual(
      own.map((_, i) => happened[0]!.id + i),
    );
  });

  it('carry tickers, klines and quotes in agreement with REST', async () => {
    const { connect, clock, get } = openUsdm();
    const market = connect('/market/stream?streams=btcusdt@ticker/btcusdt@miniTicker/!ticker@arr/!miniTicker@arr').sink;
    const bars = connect('/market/ws/btcusdt@kline_1m/btcusdt@kline_1s').sink;
    const quotes = connect('/public/stream?streams=btcusdt@bookTicker/!bookTicker').sink;
    await clock.advance(5000);
    const full = bodyOf(market.messages('btcusdt@ticker')[1]).data;
    const mini = bodyOf(market.messages('btcusdt@miniTicker')[1]).data;
    expect([full.e, mini.e]).toEqual(['24hrTicker', '24hrMiniTicker']);
    expect([full.c, full.o, full.v]).toEqual([mini.c, mini.o, mini.v]);
    for (const key of ['x', 'b', 'B', 'a', 'A']) expect(full).not.toHaveProperty(key);
    expect(bodyOf(market.messages('!ticker@arr').at(-1)).data).toHaveLength(4);
    expect(bodyOf(market.messages('!miniTicker@arr').at(-1)).data).toHaveLength(4);
    expect(bars.messages()).toHaveLength(20);
    expect(bodyOf(bars.messages()[0]).k.i).toBe('1m');
    const quote = bodyOf(quotes.messages('btcusdt@bookTicker').at(-1)).data;
    const rest = get('/fapi/v1/ticker/bookTicker?symbol=BTCUSDT');
    expect(quote).toMatchObject({ e: 'bookTicker', u: rest.lastUpdateId, b: rest.bidPrice, a: rest.askPrice });
    expect(quotes.messages('!bookTicker')).toHaveLength(4);
  });
});

describe('a Binance USD-M connection', () => {
  it('is pinged every three minutes and closed ten after a ping that nobody answered', async () => {
    const { connect, clock } = openUsdm();
    const { sink } = connect('/public/ws');
    await clock.advance(180_000);
    expect(sink.kinds('ping')).toHaveLength(1);
    await clock.advance(599_999);
    expect(sink.kinds('ping')).toHaveLength(4);
    expect(sink.kinds('close')).toEqual([]);
    await clock.advance(1);
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1008, reason: 'Pong timeout' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('may send ten messages a second, not eleven', () => {
    const { connect } = openUsdm({ enforce: true });
    const { session, sink } = connect('/public/ws');
    for (let i = 0; i < 10; i += 1) send(session, 'LIST_SUBSCRIPTIONS');
    expect(sink.kinds('close')).toEqual([]);
    session.pong('');
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1008, reason: 'Too many requests' }]);
  });

  it('ends after a day without a word', async () => {
    const { connect, clock } = openUsdm({ rules: { maxAgeMs: 60_000 } });
    const { session, sink } = connect('/market/ws');
    session.maintenance(1000);
    await clock.advance(60_000);
    expect(sink.events).toEqual([{ kind: 'close', code: 1001, reason: '' }]);
  });
});
