import { describe, expect, it } from 'vitest';
import { venueClients } from '../../src/driver/index.js';
import { venues } from '../../src/exchange/venues/index.js';
import { openOnFakeClock } from '../exchange/venues/venue-harness.js';

const client = venueClients['binance']!;

describe('the client side of binance', () => {
  it('reads what the venue answers and sends: requests, acknowledgements, ids', async () => {
    const { clock, venue, rest, connect } = openOnFakeClock(venues.binance, { symbols: 2 });
    const [symbol = ''] = venue.symbols;
    const answer = rest(client.bookPath(symbol, 5));
    const book = client.parseBook(Buffer.from(answer.body));
    expect([book.bids.length, book.asks.length]).toEqual([5, 5]);
    expect(Number(book.bids[0]![0])).toBeLessThan(Number(book.asks[0]![0]));

    const { session, sink } = connect(client.streams.path);
    const stream = client.streamName('depth', symbol);
    session.receive(client.streams.encodeSubscribe([stream], 7));
    const replies = sink.events.flatMap((event) => (event.kind === 'reply' ? [event.text] : []));
    expect(replies.map((text) => client.streams.decode(text))).toEqual([{ kind: 'ack', id: 7, ok: true }]);
    await clock.advance(1000);
    const sent = sink.messages();
    expect(sent.length).toBeGreaterThan(5);
    for (const { frame, firstId, lastId } of sent) {
      expect(client.streams.decode(frame.toString())).toMatchObject({ kind: 'data', stream, firstId, lastId });
    }
    session.end();
    venue.close();
  });

  it('takes what it does not know for something else, never for data', () => {
    for (const text of ['', '{', 'null', '[]', '{"result":null}', '{"e":"serverShutdown"}']) {
      expect(client.streams.decode(text)).toEqual({ kind: 'other' });
    }
    expect(client.streams.decode('{"code":2,"msg":"Invalid request","id":3}')).toEqual({
      kind: 'ack',
      id: 3,
      ok: false,
      error: 'Invalid request',
    });
  });
});
