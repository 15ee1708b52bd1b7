import { describe, expect, it } from 'vitest';
import type { VenueDefinition } from '../../../../src/exchange/venue.js';
import { venues } from '../../../../src/exchange/venues/index.js';
import type { StreamProtocol } from '../../../../src/pool/websocket/protocol.js';
import {
  binanceStreams,
  binanceUsdmStreams,
  bybitLinearStreams,
  bybitSpotStreams,
  bybitStreams,
  coinbaseStreams,
  deribitStreams,
  okxBusinessStreams,
  okxStreams,
  scaled,
} from '../../../../src/pool/websocket/venues/index.js';
import { IsoClock } from '../../../../src/pool/websocket/venues/iso-clock.js';
import { EPOCH_MS } from '../../../exchange/venues/venue-harness.js';
import { connectTo } from './fake-connection.js';

describe('a notice that the venue is leaving', () => {
  it('comes from Binance before a connection is too old', async () => {
    const { clock, connection } = connectTo(binanceStreams, venues.binance, {
      rules: { maxAgeMs: 60_000, shutdownNoticeMs: 10_000, pingEveryMs: 100_000 },
    });
    await clock.advance(49_000);
    expect(connection.notices()).toEqual([]);
    await clock.advance(2000);
    expect(connection.notices()).toEqual([{ kind: 'leaving' }]);
    expect(binanceUsdmStreams.decode('{"e":"serverShutdown","E":1770123456789}')).toEqual({ kind: 'leaving' });
  });

  it('comes from OKX with a minute to go', () => {
    const { connection } = connectTo(okxStreams, venues.okx);
    const notice = (code: string) =>
      `{"event":"notice","code":"${code}","msg":"The connection will soon be closed","connId":"a4d3ae55"}`;
    expect(connection.codec.decode(notice('64008'))).toEqual({ kind: 'leaving', withinMs: 60_000 });
    expect(connection.codec.decode(notice('64009'))).toEqual({ kind: 'other' });
  });

  it('comes from Deribit when its state is subscribed to and maintenance begins', () => {
    const state = (maintenance: boolean) =>
      `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"platform_state","data":{"maintenance":${maintenance}}}}`;
    expect(deribitStreams.decode(state(true))).toEqual({ kind: 'leaving' });
    expect(deribitStreams.decode(state(false))).toEqual({ kind: 'other' });
  });
});

describe('signs of life', () => {
  it.each([
    ['okx', okxStreams],
    ['okx', okxBusinessStreams],
    ['bybit', bybitSpotStreams],
    ['bybit', bybitLinearStreams],
  ] as const)('%s answers a text ping', (venue, protocol) => {
    const { connection } = connectTo(protocol, venues[venue] as VenueDefinition);
    connection.send(protocol.heartbeat!.encode(8));
    expect(connection.notices()).toEqual([{ kind: 'pong' }]);
  });

  it('Bybit answers pings about options in another form', () => {
    expect(bybitSpotStreams.decode('{"args":["1787315652085"],"op":"pong"}')).toEqual({ kind: 'pong' });
  });

  it('Deribit asks for one after the greeting, and is content with the reply', async () => {
    const { clock, connection } = connectTo(deribitStreams, venues.deribit);
    for (const frame of deribitStreams.greeting!(1)) connection.send(frame);
    expect(connection.notices()).toEqual([{ kind: 'ack', id: 1, ok: true }]);
    let pings = 0;
    for (let minute = 0; minute < 5; minute += 1) {
      for (let second = 0; second < 60; second += 1) {
        await clock.advance(1000);
        for (const frame of connection.notices())
          if (frame.kind === 'ping') {
            pings += 1;
            connection.send(frame.reply);
          } else expect(frame).toEqual({ kind: 'other' });
      }
    }
    expect(pings).toBeGreaterThan(5);
    expect(connection.sink.kinds('close')).toEqual([]);
    expect(connection.sink.kinds('drop')).toEqual([]);
  });
});

describe('ids of a message', () => {
  it('of a Binance futures book go back to the event before', () => {
    const event = '{"e":"depthUpdate","E":1787315652700,"s":"BTCUSDT","U":157,"u":160,"pu":149,"b":[],"a":[]}';
    expect(binanceUsdmStreams.decode(`{"stream":"btcusdt@depth","data":${event}}`)).toMatchObject({
      firstId: 150,
      lastId: 160,
      prevId: 149,
      sentAtMs: 1_787_315_652_700,
    });
  });

  it('of an OKX trade cover as many as it counts', () => {
    const trade = '{"tradeId":"130639474","px":"76650","sz":"0.12","side":"buy","ts":"1787315652085","count":"3"}';
    const text = `{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[${trade}]}`;
    expect(okxStreams.decode(text)).toMatchObject({ firstId: 130_639_472, lastId: 130_639_474 });
  });

  it('of an OKX book say when it stands still and when the venue counts anew', () => {
    const update = (prevId: number, id: number) =>
      `{"arg":{"channel":"books","instId":"X"},"action":"update","data":[{"asks":[],"bids":[],"ts":"1","prevSeqId":${prevId},"seqId":${id}}]}`;
    expect(okxStreams.decode(update(9, 9))).toMatchObject({ firstId: 9, lastId: 9, prevId: 9 });
    expect(okxStreams.decode(update(900, 3))).toMatchObject({ firstId: 3, lastId: 3, prevId: 900 });
  });

  it('of a Bybit book begin anew with a snapshot, of its first level only when the service does', () => {
    const book = (topic: string, type: string, id: number) =>
      bybitSpotStreams.decode(`{"topic":"${topic}","ts":5,"type":"${type}","data":{"s":"X","b":[],"a":[],"u":${id}}}`);
    expect(book('orderbook.50.X', 'snapshot', 7)).toMatchObject({ snapshot: true, lastId: 7 });
    expect(book('orderbook.50.X', 'delta', 8)).not.toHaveProperty('snapshot');
    expect(book('orderbook.1.X', 'snapshot', 9)).not.toHaveProperty('snapshot');
    expect(book('orderbook.1.X', 'snapshot', 1)).toMatchObject({ snapshot: true, lastId: 1 });
  });

  it('of Bybit trades are the last digits of numbers that are too long', () => {
    const trades = (...ids: readonly string[]) =>
      bybitSpotStreams.decode(JSON.stringify({ topic: 'publicTrade.X', ts: 5, data: ids.map((i) => ({ i })) }));
    expect(trades('2100000000007764263', '2100000000007764265')).toMatchObject({
      firstId: 7_764_263,
      lastId: 7_764_265,
    });
    expect(trades('20f43950-d8dd-5b31-9112-a178eb6023af')).toMatchObject({ firstId: 0, lastId: 0 });
  });
});

describe('a venue whose clock runs faster', () => {
  const SCALE = 0.01;
  const venue: StreamProtocol = {
    ...okxStreams,
    requestsPerAddress: { count: 3, perMs: 700 },
    maxAgeMs: 86_400_000,
    maxEmptyMs: 5000,
  };

  it('has every duration scaled, and no number', () => {
    const fast = scaled(venue, SCALE);
    expect(fast).toMatchObject({
      requests: { count: 480, perMs: 36_000 },
      requestsPerAddress: { count: 3, perMs: 7 },
      connects: { count: 3, perMs: 10 },
      maxAgeMs: 864_000,
      maxEmptyMs: 50,
      heartbeat: { everyMs: 150 },
      maxStreamsPerRequest: venue.maxStreamsPerRequest,
    });
    expect(fast.heartbeat!.encode(1)).toBe('ping');
    expect(fast.sequenceOf('books:BTC-USDT')).toBe('linked');
    const notice = '{"event":"notice","code":"64008"}';
    expect(fast.decode(notice)).toEqual({ kind: 'leaving', withinMs: 600 });
    expect(fast.open!().decode(notice)).toEqual({ kind: 'leaving', withinMs: 600 });
    expect(scaled(binanceStreams, SCALE).decode('{"e":"serverShutdown"}')).toEqual({ kind: 'leaving' });
  });

  it('leaves out what the venue does not have', () => {
    const fast = scaled(bybitStreams('inverse'), SCALE);
    expect(Object.keys(fast).sort()).toEqual(Object.keys(bybitStreams('inverse')).sort());
  });

  it.each([0, -1, Number.NaN])('cannot be %d times as slow', (timeScale) => {
    expect(() => scaled(coinbaseStreams, timeScale)).toThrow(RangeError);
  });
});

describe('the clock for times as text', () => {
  it('reads what Date.parse reads, and the fraction that it drops', () => {
    const clock = new IsoClock();
    for (const ms of [EPOCH_MS, EPOCH_MS + 1, EPOCH_MS + 59_999, EPOCH_MS + 60_000, EPOCH_MS + 86_399_123])
      expect(clock.read(new Date(ms).toISOString())).toBeCloseTo(ms, 5);
    expect(clock.read('2026-11-07T08:19:27.028459Z')).toBeCloseTo(Date.parse('2026-11-07T08:19:27.028Z') + 0.459, 3);
    expect(clock.read('2026-11-07T08:19:27Z')).toBe(Date.parse('2026-11-07T08:19:27Z'));
    expect(clock.read('yesterday')).toBeNaN();
  });
});
