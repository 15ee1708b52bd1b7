import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VenueDefinition } from '../../../../src/exchange/venue.js';
import { venues } from '../../../../src/exchange/venues/index.js';
import { coinbaseStreams, okxStreams } from '../../../../src/pool/websocket/venues/index.js';
import * as protocols from '../../../../src/pool/websocket/venues/index.js';
import { connectTo } from './fake-connection.js';

/** Names that one venue or another gives the members of its frames. */
const MEMBERS =
  'stream data params channel topic arg action type event id req_id op success channels e product_id'.split(' ');

const EACH = [
  ['binance', protocols.binanceStreams, 'btcusdt@trade', 'ethusdt@trade'],
  ['binance-usdm', protocols.binanceUsdmStreams, 'btcusdt@trade', 'ethusdt@trade'],
  ['okx', protocols.okxStreams, 'trades:BTC-USDT', 'books:ETH-USDT'],
  ['deribit', protocols.deribitStreams, 'trades.BTC-PERPETUAL.100ms', 'book.ETH-PERPETUAL.100ms'],
  ['bybit', protocols.bybitSpotStreams, 'spot:publicTrade.BTCUSDT', 'spot:orderbook.50.ETHUSDT'],
  ['coinbase', protocols.coinbaseStreams, 'matches:BTC-USD', 'level2_batch:ETH-USD'],
] as const;

describe.each(EACH)('%s', (venue, protocol, one, two) => {
  const open = () => connectTo(protocol, venues[venue] as VenueDefinition).connection;

  it('answers a request for several streams once, and each request by its own number', () => {
    const connection = open();
    connection.send(connection.codec.encodeSubscribe([one, two], 4));
    const answers = connection.notices().filter(({ kind }) => kind !== 'other' && kind !== 'partial');
    expect(answers).toEqual([expect.objectContaining({ kind: 'ack', id: 4, ok: true })]);
    connection.send(connection.codec.encodeUnsubscribe([one], 5));
    connection.send(connection.codec.encodeUnsubscribe([two], 6));
    expect(connection.notices()).toMatchObject([
      { kind: 'ack', id: 5, ok: true },
      { kind: 'ack', id: 6, ok: true },
    ]);
  });

  it('takes what it does not know for nothing', () => {
    const { codec } = open();
    for (const text of ['', 'null', '[]', '42', '{"a":1}', '{"id":null}'])
      expect(codec.decode(text)).toEqual({ kind: 'other' });
  });

  it('never fails over what it reads', () => {
    const { codec } = open();
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('snapshot', 'subscriptions', 'error', 'match'),
    );
    const frame = fc.dictionary(
      fc.constantFrom(...MEMBERS),
      fc.oneof(value, fc.dictionary(fc.constantFrom(...MEMBERS), value)),
    );
    fc.assert(
      fc.property(frame, (json) => {
        expect(codec.decode(JSON.stringify(json))).toHaveProperty('kind');
      }),
      { numRuns: 300 },
    );
  });
});

const REFUSED = [
  ['binance', protocols.binanceStreams, '{"method":"SUBSCRIBE","params":5,"id":3}'],
  ['binance-usdm', protocols.binanceUsdmStreams, '{"method":"SUBSCRIBE","params":5,"id":3}'],
  ['okx', okxStreams, okxStreams.encodeSubscribe(['books:NOPE'], 3)],
  ['deribit', protocols.deribitStreams, '{"jsonrpc":"2.0","id":3,"method":"public/subscribe","params":{"channels":5}}'],
  ['bybit', protocols.bybitSpotStreams, protocols.bybitSpotStreams.encodeSubscribe(['spot:nothing.BTCUSDT'], 3)],
] as const;

it.each(REFUSED)('%s refuses in words of its own', (venue, protocol, request) => {
  const { connection } = connectTo(protocol, venues[venue] as VenueDefinition);
  connection.send(request);
  expect(connection.notices()).toEqual([{ kind: 'ack', id: 3, ok: false, error: expect.stringMatching(/\w/) }]);
});

it('Binance refuses more streams than a connection may have', () => {
  const { connection } = connectTo(protocols.binanceStreams, venues.binance, {
    enforce: true,
    rules: { streamsPerConnection: 1 },
  });
  connection.send(connection.codec.encodeSubscribe(['btcusdt@trade', 'ethusdt@trade'], 3));
  expect(connection.notices()).toEqual([{ kind: 'ack', id: 3, ok: false, error: 'Too many subscriptions' }]);
});

describe('OKX, which answers each channel by itself', () => {
  it('refuses of a request the channel that does not exist, though the error does not say which one that is', () => {
    const { connection } = connectTo(okxStreams, venues.okx);
    connection.send(connection.codec.encodeSubscribe(['books:BTC-USDT', 'books:NOPE', 'trades:BTC-USDT'], 3));
    expect(connection.notices().filter(({ kind }) => kind !== 'other')).toEqual([
      { kind: 'partial', id: 3, stream: 'books:BTC-USDT' },
      {
        kind: 'ack',
        id: 3,
        ok: true,
        accepts: ['books:BTC-USDT', 'trades:BTC-USDT'],
        error: expect.stringContaining('NOPE'),
      },
    ]);
  });

  it('refuses a request of which no channel exists, and one that the venue could not read', () => {
    const codec = okxStreams.open!();
    const error = (id: number, code: string) =>
      codec.decode(`{"id":"${id}","event":"error","code":"${code}","msg":"no"}`);
    codec.encodeSubscribe(['books:A', 'books:B'], 1);
    codec.encodeSubscribe(['books:A', 'books:B'], 2);
    expect([error(1, '60018'), error(1, '60018')]).toEqual([
      { kind: 'other' },
      { kind: 'ack', id: 1, ok: false, error: 'no' },
    ]);
    expect(error(2, '60012')).toEqual({ kind: 'ack', id: 2, ok: false, error: 'no' });
  });

  it('takes a request that comes too often for one without an answer, so that it is sent again', () => {
    const { connection } = connectTo(okxStreams, venues.okx, { enforce: true, rules: { operationsPerWindow: 1 } });
    connection.send(connection.codec.encodeSubscribe(['books:BTC-USDT'], 1));
    connection.send(connection.codec.encodeSubscribe(['trades:BTC-USDT'], 2));
    expect(connection.notices()).toEqual([{ kind: 'ack', id: 1, ok: true }, { kind: 'other' }]);
  });

  it('forgets requests that nobody ever answers', () => {
    const codec = okxStreams.open!();
    for (let id = 1; id <= 200; id += 1) codec.encodeSubscribe(['books:BTC-USDT', 'books:ETH-USDT'], id);
    const answer = (id: number, instId: string) =>
      codec.decode(`{"id":"${id}","event":"subscribe","arg":{"channel":"books","instId":"${instId}"}}`);
    const answers = (id: number) => ['BTC-USDT', 'ETH-USDT'].map((instId) => answer(id, instId));
    expect(answers(1).map(({ kind }) => kind)).toEqual(['partial', 'partial']);
    expect(answers(200)).toEqual([
      { kind: 'partial', id: 200, stream: 'books:BTC-USDT' },
      { kind: 'ack', id: 200, ok: true },
    ]);
  });
});

it('Deribit leaves what it does not know out of its answer', () => {
  const { connection } = connectTo(protocols.deribitStreams, venues.deribit);
  const known = 'book.BTC-PERPETUAL.100ms';
  connection.send(connection.codec.encodeSubscribe([known, 'book.NOPE.100ms'], 3));
  expect(connection.notices()).toEqual([{ kind: 'ack', id: 3, ok: true, accepts: [known] }]);
});

describe('Coinbase, which names no request in its answers', () => {
  const subscriptions = (...live: readonly string[]): string =>
    JSON.stringify({
      type: 'subscriptions',
      channels: live.map((stream) => ({ name: stream.split(':')[0], product_ids: [stream.split(':')[1]] })),
    });

  it('refuses the oldest request of the kind', () => {
    const { connection } = connectTo(coinbaseStreams, venues.coinbase);
    connection.send(connection.codec.encodeSubscribe(['matches:NOPE-USD'], 3));
    connection.send(connection.codec.encodeSubscribe(['matches:BTC-USD'], 4));
    expect(connection.notices()).toEqual([
      { kind: 'ack', id: 3, ok: false, error: 'NOPE-USD is not a valid product' },
      { kind: 'ack', id: 4, ok: true },
    ]);
  });

  it('answers a request that was sent again by the later number, and the older one never', () => {
    const codec = coinbaseStreams.open!();
    codec.encodeSubscribe(['matches:BTC-USD'], 1);
    codec.encodeSubscribe(['matches:BTC-USD'], 2);
    const answer = subscriptions('matches:BTC-USD');
    expect([codec.decode(answer), codec.decode(answer)]).toEqual([{ kind: 'ack', id: 2, ok: true }, { kind: 'other' }]);
  });

  it('does not let an answer that was lost stand in the way of later ones', () => {
    const codec = coinbaseStreams.open!();
    codec.encodeSubscribe(['matches:BTC-USD', 'matches:ETH-USD'], 1);
    codec.encodeUnsubscribe(['matches:ETH-USD'], 2);
    codec.encodeSubscribe(['matches:SOL-USD'], 3);
    const both = subscriptions('matches:BTC-USD', 'matches:SOL-USD');
    expect([1, 2, 3].map(() => codec.decode(both))).toEqual([
      { kind: 'ack', id: 1, ok: true },
      { kind: 'ack', id: 2, ok: true },
      { kind: 'ack', id: 3, ok: true },
    ]);
  });

  it('keeps what one connection was asked for apart from all others', () => {
    const [one, two] = [coinbaseStreams.open!(), coinbaseStreams.open!()];
    one.encodeSubscribe(['level2_batch:BTC-USD'], 1);
    two.encodeSubscribe(['level2:BTC-USD'], 9);
    const update = '{"type":"l2update","product_id":"BTC-USD","changes":[],"time":"2026-11-07T08:19:27.028459Z"}';
    expect(one.decode(update)).toMatchObject({ stream: 'level2_batch:BTC-USD' });
    expect(two.decode(update)).toMatchObject({ stream: 'level2:BTC-USD' });
  });
});
