import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/base/index.js';
import { venueClients } from '../../../../src/driver/index.js';
import type { VenueDefinition } from '../../../../src/exchange/venue.js';
import { venues } from '../../../../src/exchange/venues/index.js';
import * as books from '../../../../src/pool/websocket/book/index.js';
import { openOnFakeClock } from '../../../exchange/venues/venue-harness.js';
import { FakeConnection } from '../venues/fake-connection.js';

const STREAMED = [
  ['okx', books.okxBook, 'books:BTC-USDT', 400],
  ['deribit', books.deribitBook, 'book.BTC-PERPETUAL.100ms', 1000],
  ['bybit', books.bybitBook, 'spot:orderbook.50.BTCUSDT', 50],
  ['coinbase', books.coinbaseBook, 'level2_batch:BTC-USD', 1000],
] as const;
const REQUESTED = [
  ['binance', books.binanceBook, 'btcusdt@depth@100ms'],
  ['binance-usdm', books.binanceUsdmBook, 'btcusdt@depth@100ms'],
] as const;
const STEP_MS = 20;

function open(venue: keyof typeof venues, rule: books.BookRule, stream: string) {
  const definition: VenueDefinition = venues[venue];
  const client = venueClients[venue]!;
  const protocol = client.streams;
  const { clock, connect, rest, venue: opened } = openOnFakeClock(definition, { symbols: 2 });
  const dial = (): FakeConnection => {
    const { session, sink } = connect(protocol.path);
    return new FakeConnection(protocol, sink, (text) => session.receive(text));
  };
  const connection = dial();
  let requests = 0;
  const request = (kind: 'encodeSubscribe' | 'encodeUnsubscribe', on = connection): void => {
    on.send(on.codec[kind]([stream], (requests += 1)));
  };
  const restBook = (): books.BookSnapshot =>
    client.parseBook(Buffer.from(rest(client.bookPath(opened.symbols[0] ?? '', 1000)).body));
  const keeper = new books.BookKeeper({
    rule,
    clock,
    random: seededRandom('book'),
    snapshot: () => Promise.resolve(restBook()),
    resubscribe: () => {
      request('encodeUnsubscribe');
      request('encodeSubscribe');
    },
  });
  /** Lets time pass; of the messages that come, those with these numbers are lost. */
  let count = 0;
  const advance = async (ms: number, isLost: (index: number) => boolean = () => false): Promise<void> => {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await clock.advance(STEP_MS);
      for (const { data } of connection.messages()) if (!isLost((count += 1))) keeper.apply(data);
    }
  };
  return { keeper, dial, request, restBook, advance };
}

const levelsOf = ({ bids, asks }: books.BookKeeper) => [bids.top(5000), asks.top(5000)].map(withoutRest);
const withoutRest = (levels: readonly (readonly string[])[]) => levels.map(([price, size]) => [price, size]);

describe.each(STREAMED)('the book of %s', (venue, rule, stream, depth) => {
  it('is the one that a newcomer is shown, after messages were lost', async () => {
    const { keeper, dial, request, advance } = open(venue, rule, stream);
    request('encodeSubscribe');
    const numbered = rule.sequence !== 'none';
    await advance(4000, (index) => numbered && index % 12 === 5);
    await advance(12_000);
    expect(keeper.state).toBe('live');
    expect(keeper.resyncs > 0).toBe(numbered);
    const newcomer = dial();
    request('encodeSubscribe', newcomer);
    const shown = newcomer.messages()[0]!.data;
    if (numbered) expect(shown.lastId).toBe(keeper.lastId);
    const reference = new books.BookKeeper({ rule, resubscribe: () => undefined });
    reference.apply(shown);
    expect(levelsOf(keeper)).toEqual(levelsOf(reference));
    expect([keeper.bids.size, keeper.asks.size]).toEqual([depth, depth]);
  });
});

describe.each(REQUESTED)('the book of %s', (venue, rule, stream) => {
  it('is the one that REST shows, after messages were lost', async () => {
    const { keeper, request, restBook, advance } = open(venue, rule, stream);
    request('encodeSubscribe');
    await advance(4000, (index) => index % 12 === 5);
    await advance(12_000);
    expect(keeper.state).toBe('live');
    expect(keeper.resyncs).toBeGreaterThan(1);
    let shown = restBook();
    for (let tries = 0; tries < 200 && shown.updateId !== keeper.lastId; tries += 1) {
      await advance(STEP_MS);
      shown = restBook();
    }
    expect(shown.updateId).toBe(keeper.lastId);
    expect(levelsOf(keeper)).toEqual([shown.bids, shown.asks].map(withoutRest));
  });
});

describe('OKX’s checksum', () => {
  it('agrees while the venue sends one, and breaks the book when it does not', async () => {
    const rules = { legacyChecksum: 1 };
    const { clock, connect } = openOnFakeClock(venues.okx, { symbols: 1, rules });
    const protocol = venueClients['okx']!.streams;
    const { session, sink } = connect(protocol.path);
    const connection = new FakeConnection(protocol, sink, (text) => session.receive(text));
    connection.send(connection.codec.encodeSubscribe(['books:BTC-USDT'], 1));
    await clock.advance(3000);
    const flaws: unknown[] = [];
    const keeper = new books.BookKeeper({
      rule: books.okxBook,
      resubscribe: () => undefined,
      onState: (state, flaw) => flaws.push(state, flaw),
    });
    const messages = connection.messages();
    for (const { data } of messages.slice(0, -1)) keeper.apply(data);
    expect([keeper.state, messages.length > 10]).toEqual(['live', true]);
    const last = messages.at(-1)!;
    keeper.apply(connection.codec.decode(String(last.sent.spoiled?.('checksum'))) as typeof last.data);
    expect(flaws).toEqual(['live', undefined, 'broken', 'checksum']);
    keeper.close();
  });
});
