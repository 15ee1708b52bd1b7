import { describe, expect, it } from 'vitest';
import { venueClients } from '../../src/driver/index.js';
import { FakeClock } from '../../src/base/index.js';
import type { StreamMessage } from '../../src/exchange/venue.js';
import { venues } from '../../src/exchange/venues/index.js';

const client = venueClients['binance']!;

describe('the client side of binance', () => {
  it('reads what the venue answers and sends: requests, acknowledgements, ids', async () => {
    const clock = new FakeClock(0);
    const venue = venues.binance({ seed: 'a', symbols: 2, activity: 1, clock });
    const [symbol = ''] = venue.symbols;
    const [path = '', query] = client.bookPath(symbol, 5).split('?');
    const answer = venue.rest({ method: 'GET', path, query: new URLSearchParams(query), remoteAddress: '127.0.0.1' });
    const book = client.parseBook(Buffer.from(answer.body));
    expect([book.bids.length, book.asks.length]).toEqual([5, 5]);
    expect(Number(book.bids[0]![0])).toBeLessThan(Number(book.asks[0]![0]));

    const sent: StreamMessage[] = [];
    const replies: string[] = [];
    const session = venue.open(client.streams.path, {
      publish: (message) => sent.push(message),
      reply: (text) => replies.push(text),
      ping: () => undefined,
      close: () => undefined,
      subscribed: () => undefined,
      unsubscribed: () => undefined,
      violated: () => undefined,
    });
    if ('refuse' in session) throw new Error('refused');
    const stream = client.streamName('depth', symbol);
    session.receive(client.streams.encodeSubscribe([stream], 7));
    expect(replies.map((text) => client.streams.decode(text))).toEqual([{ kind: 'ack', id: 7, ok: true }]);
    await clock.advance(1000);
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
