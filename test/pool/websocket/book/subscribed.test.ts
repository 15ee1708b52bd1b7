import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/base/index.js';
import { venueClients } from '../../../../src/driver/index.js';
import type { VenueDefinition } from '../../../../src/exchange/venue.js';
import { venues } from '../../../../src/exchange/venues/index.js';
import * as books from '../../../../src/pool/websocket/book/index.js';
import type { StreamGap } from '../../../../src/pool/websocket/index.js';
import { poolAgainst } from '../venues/mock-link.js';

const STREAMED = [
  ['okx', books.okxBook, 'books:BTC-USDT', 'trades:ETH-USDT'],
  ['deribit', books.deribitBook, 'book.BTC-PERPETUAL.100ms', 'ticker.ETH-PERPETUAL.100ms'],
  ['bybit', books.bybitBook, 'spot:orderbook.50.BTCUSDT', 'spot:publicTrade.ETHUSDT'],
] as const;
const REQUESTED = [
  ['binance', books.binanceBook, 'btcusdt@depth@100ms'],
  ['binance-usdm', books.binanceUsdmBook, 'btcusdt@depth@100ms'],
] as const;

function open(venue: keyof typeof venues, rule: books.BookRule, stream: string) {
  const client = venueClients[venue]!;
  const world = poolAgainst(venues[venue] as VenueDefinition, { protocol: client.streams }, { activity: 3 });
  const restBook = (): books.BookSnapshot =>
    client.parseBook(Buffer.from(world.rest(client.bookPath(world.venue.symbols[0] ?? '', 1000)).body));
  const states: string[] = [];
  const gaps: StreamGap[] = [];
  const held = books.subscribeBook(world.pool, stream, {
    rule,
    clock: world.clock,
    random: seededRandom('book'),
    snapshot: () => Promise.resolve(restBook()),
    onState: (state, flaw) => states.push(flaw === undefined || state === 'live' ? state : `${state}: ${flaw}`),
    onGap: (gap) => gaps.push(gap),
  });
  const of = (kind: string) => world.events.filter((event) => event.kind === kind);
  /** Loses the next message of the stream on every connection. */
  const loseOne = async (): Promise<void> => {
    const state = { lost: false };
    for (const link of world.links)
      link.loses = (message) => !state.lost && message.symbol === world.venue.symbols[0] && (state.lost = true);
    while (!state.lost) await world.clock.advance(10);
  };
  return { ...world, ...held, states, gaps, of, restBook, loseOne };
}

const top = ({ bids, asks }: books.BookKeeper) => [bids.top(50), asks.top(50)].map(withoutRest);
const withoutRest = (levels: readonly (readonly string[])[]) => levels.map(([price, size]) => [price, size]);

describe.each(STREAMED)('a subscribed book of %s', (venue, rule, stream, other) => {
  it('is made whole after a loss by asking for its one stream anew, the others left alone', async () => {
    const { clock, pool, links, states, gaps, of, loseOne } = open(venue, rule, stream);
    pool.subscribe(other, { onMessage: () => {} });
    await clock.advance(2000);
    expect(states).toEqual(['live']);
    await loseOne();
    await clock.advance(1500);
    expect(states).toEqual(['live', 'broken: gap', 'live']);
    expect(gaps[0]).toMatchObject({ cause: 'venue', lastGoodId: expect.any(Number) });
    expect(gaps[0]).not.toHaveProperty('resynchronised');
    expect(of('resynchronised')).toMatchObject([{ stream, snapshot: true }]);
    for (const gap of gaps.slice(1)) expect(gap).toMatchObject({ resynchronised: true });
    // The other stream was asked for once.
    const asked = links.flatMap(({ sent }) => sent).join('\n');
    const name = venue === 'bybit' ? other.slice('spot:'.length) : (other.split(':')[0] ?? '');
    expect(asked.split(`"${name}"`)).toHaveLength(2);
    expect(links.flatMap(({ violations }) => violations)).toEqual([]);
    await pool.close();
  });

  it('equals after the loss one that never lost anything', async () => {
    const { clock, pool, book, close, loseOne } = open(venue, rule, stream);
    await clock.advance(1000);
    await loseOne();
    await clock.advance(3000);
    await close();
    const fresh = open(venue, rule, stream);
    await fresh.clock.advance(clock.now());
    // Both venues went the same way, from the same seed.
    expect([fresh.book.resyncs, fresh.book.lastId]).toEqual([0, book.lastId]);
    expect(top(fresh.book)).toEqual(top(book));
    expect(book.resyncs).toBe(1);
    await pool.close();
    await fresh.pool.close();
  });
});

describe('a subscribed book of coinbase', () => {
  const stream = 'level2_batch:BTC-USD';

  it('is whole again by the snapshot of the next connection, since nobody sees what else is lost', async () => {
    const { clock, pool, links, states, gaps } = open('coinbase', books.coinbaseBook, stream);
    await clock.advance(1000);
    links[0]!.close();
    await clock.advance(2000);
    expect(gaps).toMatchObject([{ cause: 'connection', unknownLoss: true, resynchronised: true }]);
    expect(states).toEqual(['live']);
    await pool.close();
  });

  it('can be asked for anew', async () => {
    const { clock, pool, subscription, of } = open('coinbase', books.coinbaseBook, stream);
    await clock.advance(1000);
    const done = subscription.resubscribe();
    await clock.advance(100);
    await done;
    expect(of('resynchronised')).toMatchObject([{ stream, snapshot: true }]);
    await pool.close();
  });
});

describe.each(REQUESTED)('a subscribed book of %s', (venue, rule, stream) => {
  it('is made whole after a loss by a snapshot from REST, its stream left alone', async () => {
    const { clock, pool, links, book, states, of, loseOne, restBook } = open(venue, rule, stream);
    await clock.advance(2000);
    expect(states).toEqual(['live']);
    await loseOne();
    await clock.advance(1500);
    expect(states).toEqual(['live', 'broken: gap', 'live']);
    expect(of('gap')).toHaveLength(1);
    expect([of('resynchronised').length, links.flatMap(({ sent }) => sent).length]).toEqual([0, 1]);
    let shown = restBook();
    for (let tries = 0; tries < 500 && shown.updateId !== book.lastId; tries += 1) {
      await clock.advance(5);
      shown = restBook();
    }
    expect(shown.updateId).toBe(book.lastId);
    expect(top(book)).toEqual([shown.bids.slice(0, 50), shown.asks.slice(0, 50)].map(withoutRest));
    await pool.close();
  });
});
