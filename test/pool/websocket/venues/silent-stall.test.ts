import { describe, expect, it } from 'vitest';
import type { VenueDefinition } from '../../../../src/exchange/venue.js';
import { venues } from '../../../../src/exchange/venues/index.js';
import * as protocols from '../../../../src/pool/websocket/venues/index.js';
import { nth } from '../fake-venue.js';
import { poolAgainst } from './mock-link.js';

const EACH = [
  ['binance', protocols.binanceStreams, 'btcusdt@depth@100ms', 'ethusdt@trade'],
  ['binance-usdm', protocols.binanceUsdmStreams, 'btcusdt@depth@100ms', 'ethusdt@trade'],
  ['okx', protocols.okxStreams, 'books:BTC-USDT', 'trades:ETH-USDT'],
  ['deribit', protocols.deribitStreams, 'book.BTC-PERPETUAL.100ms', 'trades.ETH-PERPETUAL.100ms'],
  ['bybit', protocols.bybitSpotStreams, 'spot:orderbook.50.BTCUSDT', 'spot:publicTrade.ETHUSDT'],
  ['coinbase', protocols.coinbaseStreams, 'level2_batch:BTC-USD', 'matches:ETH-USD'],
] as const;
const STALE_MS = 25_000;

describe.each(EACH)('%s', (venue, protocol, stream, other) => {
  const open = (maxConnections = 4) =>
    poolAgainst(
      venues[venue] as VenueDefinition,
      { protocol, maxConnections, silenceTimeoutMs: 4000, pingTimeoutMs: 2000 },
      { activity: 3 },
    );

  it('is found to be silent when data stop, though pings, pongs, heartbeats and acknowledgements go on', async () => {
    const { clock, pool, links, events } = open();
    let lastAtMs = 0;
    pool.subscribe(stream, { staleAfterMs: STALE_MS, onMessage: () => (lastAtMs = clock.now()) });
    await clock.advance(2000);
    const stalledAtMs = lastAtMs;
    expect(stalledAtMs).toBeGreaterThan(1000);
    nth(links, 0).loses = () => true;
    // Its acknowledgement is no sign of the first one's life.
    await clock.advance(STALE_MS / 2);
    await pool.subscribe(other, { onMessage: () => {} }).acknowledged;
    for (let elapsed = 0; elapsed < STALE_MS; elapsed += 500) await clock.advance(500);
    expect(events.filter(({ kind }) => kind === 'stale')).toMatchObject([
      { stream, sinceMs: stalledAtMs, atMs: stalledAtMs + STALE_MS },
    ]);
    expect(events.filter(({ kind }) => kind === 'declaredDead' || kind === 'closed')).toEqual([]);
    expect(pool.subscriptions()[0]).toMatchObject({ state: 'live', connectionIds: [2] });
    expect(links.flatMap(({ violations }) => violations)).toEqual([]);
    await pool.close();
    expect(links.filter((link) => link.open)).toEqual([]);
  });

  it('is found to be silent where there is no other connection, and asked for anew', async () => {
    const { clock, pool, links, events } = open(1);
    const held = pool.subscribe(stream, { staleAfterMs: STALE_MS, onMessage: () => {} });
    await clock.advance(2000);
    nth(links, 0).loses = () => true;
    await clock.advance(STALE_MS + 500);
    expect([held.state, events.filter(({ kind }) => kind === 'stale').length]).toEqual(['stale', 1]);
    nth(links, 0).loses = () => false;
    await clock.advance(2000);
    expect([held.state, links.length]).toEqual(['live', 1]);
    await pool.close();
  });

  it('is dead when it never says a word after the upgrade, within the silence and the ping’s timeout', async () => {
    const { clock, pool, events, hooks } = open(1);
    hooks.born = (link) => {
      link.silent = true;
    };
    pool.subscribe(stream, { onMessage: () => {} });
    const bornAtMs = clock.now();
    await clock.advance(5999);
    expect(events.filter(({ kind }) => kind === 'declaredDead')).toEqual([]);
    await clock.advance(1);
    expect(events.filter(({ kind }) => kind === 'declaredDead')).toMatchObject([{ atMs: bornAtMs + 6000 }]);
    await pool.close();
  });
});
