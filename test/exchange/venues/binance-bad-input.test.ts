import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamSession } from '../../../src/exchange/venue.js';
import type { RecordingSink } from '../recording-sink.js';
import { openUsdm, openVenue, send } from './binance-harness.js';

const NAMES = [
  '__proto__',
  'toString',
  'constructor',
  'hasOwnProperty',
  '',
  ' ',
  '!',
  '@',
  'btcusdt@',
  '@trade',
  '\u0000',
];

/** Whatever a client may send that is JSON, with the venue's own words mixed in. */
const message = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record(
      {
        method: fc.oneof(
          fc.constantFrom('SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY', 'depth'),
          fc.constantFrom(...NAMES),
          fc.jsonValue(),
        ),
        params: fc.oneof(fc.array(fc.oneof(fc.constantFrom(...NAMES), fc.string(), fc.integer())), fc.jsonValue()),
        id: fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
);

const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'symbol',
        'symbols',
        'limit',
        'interval',
        'period',
        'startTime',
        'endTime',
        'fromId',
        'windowSize',
      ),
      fc.oneof(fc.constantFrom('BTCUSDT', '["BTCUSDT"]', '5', '0', '1m', '1M', '99999999999999999999'), fc.string()),
    ),
    { maxLength: 5 },
  )
  .map((pairs) => `?${new URLSearchParams(pairs).toString()}`);

const SPOT_PATHS = [
  'depth',
  'trades',
  'historicalTrades',
  'aggTrades',
  'klines',
  'avgPrice',
  'ticker',
  'ticker/24hr',
  'exchangeInfo',
].map((name) => `/api/v3/${name}`);
const FUTURES_PATHS = [
  'depth',
  'trades',
  'aggTrades',
  'klines',
  'premiumIndex',
  'fundingRate',
  'openInterest',
  'ticker/24hr',
]
  .map((name) => `/fapi/v1/${name}`)
  .concat('/futures/data/openInterestHist', '/futures/data/takerlongshortRatio');

function expectAnswered({ session, sink }: { session: StreamSession; sink: RecordingSink }, text: string): void {
  const before = sink.kinds('reply').length;
  session.receive(text);
  expect(sink.kinds('reply').length).toBe(before + 1);
  expect(() => sink.replies()).not.toThrow();
}

describe('whatever a client sends to Binance', () => {
  it.each([
    ['spot streams', '/ws', openVenue],
    ['USD-M streams', '/public/stream', openUsdm],
    ['the WebSocket API', '/ws-fapi/v1', openUsdm],
  ])('has exactly one answer in JSON, and leaves %s in order', async (_name, path, open) => {
    const { connect, clock, venue } = open({ symbols: 2 });
    const client = connect(path);
    fc.assert(
      fc.property(message, (text) => {
        expectAnswered(client, text);
      }),
      { numRuns: 400 },
    );
    await clock.advance(100);
    venue.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['spot', SPOT_PATHS, openVenue],
    ['USD-M', FUTURES_PATHS, openUsdm],
  ])('over REST has an answer in JSON: %s', (_name, paths, open) => {
    const { rest } = open({ symbols: 2 });
    fc.assert(
      fc.property(fc.constantFrom(...paths), query, (path, search) => {
        const { status, body } = rest(path + search);
        expect([200, 400]).toContain(status);
        JSON.parse(String(body));
      }),
      { numRuns: 400 },
    );
  });

  it.each(['/ws', '/stream', '/public/ws', '/private/stream', '/ws-fapi/v1'])(
    'in the rest of %s is answered with a session or a refusal',
    (path) => {
      const spot = openVenue({ symbols: 2 });
      const futures = openUsdm({ symbols: 2 });
      fc.assert(
        fc.property(fc.string(), fc.string(), (tail, search) => {
          for (const { connect } of [spot, futures]) {
            try {
              connect(`${path}/${tail}?streams=${search}&timeUnit=${tail}`).session.end();
            } catch (error) {
              expect(String(error)).toMatch(/refused with 4\d\d$/);
            }
          }
        }),
        { numRuns: 100 },
      );
    },
  );

  it('may be deep or huge', () => {
    const client = openVenue().connect('/ws');
    expectAnswered(client, '['.repeat(200_000));
    expectAnswered(client, `{"method":"SUBSCRIBE","params":${'['.repeat(50_000)}${']'.repeat(50_000)},"id":1}`);
    expectAnswered(client, JSON.stringify({ method: 'x'.repeat(1 << 20), id: 1 }));
    expectAnswered(client, JSON.stringify({ method: 'SUBSCRIBE', params: ['x'.repeat(1 << 20)], id: 1 }));
    const longest = Math.max(...client.sink.replies().map((reply) => JSON.stringify(reply).length));
    expect(longest).toBeLessThan(1000);
    const api = openUsdm().connect('/ws-fapi/v1');
    expectAnswered(api, `{"id":1,"method":"depth","params":{"symbol":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`);
    expectAnswered(api, JSON.stringify({ id: 1, method: 'depth', params: { symbol: 'x'.repeat(1 << 20) } }));
  });

  it('may be thousands of subscriptions, kept no longer than their connection', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    for (let call = 0; call < 12; call += 1)
      send(
        session,
        'SUBSCRIBE',
        Array.from({ length: 1000 }, (_, i) => `s${call}-${i}@trade`),
        call,
      );
    expect(sink.kinds('subscribed')).toHaveLength(10_000);
    expect(sink.replies().slice(-2)).toEqual(
      [10, 11].map((id) => ({ error: { code: 4, msg: 'Too many subscriptions' }, id })),
    );
    await clock.advance(100);
    session.end();
    expect(clock.pendingTimers).toBe(0);
  });
});
