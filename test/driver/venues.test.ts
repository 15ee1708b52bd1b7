import { describe, expect, it } from 'vitest';
import { venueClients } from '../../src/driver/index.js';
import type { Rules } from '../../src/exchange/rules.js';
import type { VenueDefinition } from '../../src/exchange/venue.js';
import { venues } from '../../src/exchange/venues/index.js';
import { openOnFakeClock } from '../exchange/venues/venue-harness.js';

const EACH = [
  { name: 'binance', operations: ['ticker'], channels: ['depth', 'trade', 'bookTicker', 'kline', 'ticker'] },
  {
    name: 'okx',
    operations: ['ticker', 'fundingRate', 'openInterest'],
    channels: ['depth', 'trade', 'bookTicker', 'ticker'],
  },
  {
    name: 'deribit',
    operations: ['ticker', 'volatility'],
    channels: ['depth', 'trade', 'bookTicker', 'ticker', 'kline'],
  },
] as const;

describe.each(EACH)('the client side of $name', ({ name, operations, channels }) => {
  const client = venueClients[name]!;
  const { streams } = client;
  const definition: VenueDefinition = venues[name];

  it('reads the books that the venue answers', () => {
    const { venue, rest } = openOnFakeClock(definition, { symbols: 2 });
    const answer = rest(client.bookPath(venue.symbols[0] ?? '', 5));
    const book = client.parseBook(Buffer.from(answer.body));
    expect([answer.status, book.bids.length, book.asks.length]).toEqual([200, 5, 5]);
    expect(Number(book.bids[0]![0])).toBeLessThan(Number(book.asks[0]![0]));
    expect(book.updateId).toBeGreaterThan(0);
  });

  it.each(operations)('asks for %s in words that the venue understands', (operation) => {
    const { venue, rest } = openOnFakeClock(definition, { symbols: 2 });
    const { status, body } = rest(client.paths[operation]!(venue.symbols[0] ?? '', 1_795_415_770_000));
    expect(status).toBe(200);
    expect(Number((JSON.parse(String(body)) as { code?: string }).code ?? 0)).toBe(0);
  });

  it.each(channels)('subscribes to %s and reads the ids of every message as the venue counts them', async (channel) => {
    const { venue, clock, connect } = openOnFakeClock(definition, { symbols: 2 });
    const { session, sink } = connect(streams.path);
    const stream = client.streamName(channel, venue.symbols[0] ?? '');
    session.receive(streams.encodeSubscribe([stream], 7));
    const replies = sink.events.flatMap((event) => (event.kind === 'reply' ? [streams.decode(event.text)] : []));
    expect(replies).toEqual([{ kind: 'ack', id: 7, ok: true }]);
    await clock.advance(5000);
    const sent = sink.messages();
    expect(sent.length).toBeGreaterThan(0);
    for (const { frame, firstId, lastId, stream: sentOn } of sent) {
      expect(sentOn).toBe(stream);
      const decoded = streams.decode(String(frame));
      // Streams without ids of their own are counted by the venue alone.
      const own = !['kline', 'ticker'].includes(channel) && !(name !== 'binance' && channel === 'bookTicker');
      expect(decoded).toMatchObject(own ? { kind: 'data', stream, firstId, lastId } : { kind: 'data', stream });
    }
    session.receive(streams.encodeUnsubscribe([stream], 8));
    expect(sink.events.at(-1)).toMatchObject({ kind: 'reply' });
    session.end();
  });

  it('takes what it does not know for nothing', () => {
    for (const text of ['', 'pong', 'null', '[]', '{"a":1}', '42'])
      expect(streams.decode(text)).toEqual({ kind: 'other' });
  });
});

it('a refused subscription is told with the words of the venue', () => {
  const refusals = [
    ['binance', '{"method":"SUBSCRIBE","params":5,"id":3}'],
    ['okx', '{"id":"3","op":"subscribe","args":[{"channel":"books","instId":"NOPE"}]}'],
    ['deribit', '{"jsonrpc":"2.0","id":3,"method":"public/subscribe","params":{"channels":5}}'],
  ] as const;
  for (const [name, text] of refusals) {
    const client = venueClients[name]!;
    const { session, sink } = openOnFakeClock<Rules>(venues[name]).connect(client.streams.path);
    session.receive(text);
    const [reply] = sink.events.flatMap((event) => (event.kind === 'reply' ? [event.text] : []));
    expect(client.streams.decode(reply ?? '')).toMatchObject({ kind: 'ack', id: 3, ok: false, error: /\w/ });
  }
});
