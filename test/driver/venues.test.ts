import { describe, expect, it } from 'vitest';
import { seededRandom, systemClock } from '../../src/base/index.js';
import {
  Claims,
  type DriverContext,
  driverFactories,
  type DriverSettings,
  venueClients,
} from '../../src/driver/index.js';
import type { VenueDefinition } from '../../src/exchange/venue.js';
import { venues } from '../../src/exchange/venues/index.js';
import { HostedVenue } from '../exchange/venues/hosted-venue.js';
import { openOnFakeClock } from '../exchange/venues/venue-harness.js';

const EACH = [
  { name: 'binance', operations: ['ticker'], channels: ['depth', 'trade', 'bookTicker', 'kline', 'ticker'], depth: 5 },
  {
    name: 'binance-usdm',
    operations: ['ticker', 'fundingRate', 'openInterest'],
    channels: ['depth', 'trade', 'bookTicker'],
    depth: 5,
  },
  {
    name: 'okx',
    operations: ['ticker', 'fundingRate', 'openInterest'],
    channels: ['depth', 'trade', 'bookTicker', 'ticker'],
    depth: 5,
  },
  {
    name: 'deribit',
    operations: ['ticker', 'volatility'],
    channels: ['depth', 'trade', 'bookTicker', 'ticker', 'kline'],
    depth: 5,
  },
  {
    name: 'bybit',
    operations: ['ticker', 'fundingRate', 'openInterest'],
    channels: ['depth', 'trade', 'bookTicker', 'ticker', 'kline'],
    depth: 5,
  },
  // It answers with all levels there are.
  { name: 'coinbase', operations: ['ticker'], channels: ['depth', 'trade', 'bookTicker', 'ticker'], depth: 1000 },
] as const;

/** Channels whose messages carry the ids by which the venue counts them. */
const NUMBERED: Readonly<Record<keyof typeof venues, readonly string[]>> = {
  binance: ['depth', 'trade', 'bookTicker'],
  'binance-usdm': ['depth', 'trade', 'bookTicker'],
  okx: ['depth', 'trade', 'bookTicker'],
  deribit: ['depth', 'trade'],
  bybit: ['depth', 'trade', 'bookTicker'],
  coinbase: ['trade'],
};

describe.each(EACH)('the client side of $name', ({ name, operations, channels, depth }) => {
  const client = venueClients[name]!;
  const { streams } = client;
  const definition: VenueDefinition = venues[name];

  it('reads the books that the venue answers', () => {
    const { venue, rest } = openOnFakeClock(definition, { symbols: 2 });
    const answer = rest(client.bookPath(venue.symbols[0] ?? '', 5));
    const book = client.parseBook(Buffer.from(answer.body));
    expect([answer.status, book.bids.length, book.asks.length]).toEqual([200, depth, depth]);
    expect(Number(book.bids[0]![0])).toBeLessThan(Number(book.asks[0]![0]));
    expect(book.updateId).toBeGreaterThan(0);
  });

  it.each(operations)('asks for %s in words that the venue understands', (operation) => {
    const { venue, rest } = openOnFakeClock(definition, { symbols: 2 });
    const { status, body } = rest(client.paths[operation]!(venue.symbols[0] ?? '', 1_795_415_770_000));
    expect(status).toBe(200);
    const { code, retCode } = JSON.parse(String(body)) as { code?: string; retCode?: number };
    expect(Number(code ?? retCode ?? 0)).toBe(0);
  });

  it.each(channels)('subscribes to %s and reads the ids of every message as the venue counts them', async (channel) => {
    const { venue, clock, connect } = openOnFakeClock(definition, { symbols: 2 });
    const { session, sink } = connect(streams.path);
    const codec = streams.open?.() ?? streams;
    const replies = (): unknown[] =>
      sink.events.flatMap((event) => (event.kind === 'reply' ? [codec.decode(event.text)] : []));
    const stream = client.streamName(channel, venue.symbols[0] ?? '');
    session.receive(codec.encodeSubscribe([stream], 7));
    expect(replies()).toMatchObject([{ kind: 'ack', id: 7, ok: true }]);
    await clock.advance(5000);
    const sent = sink.messages();
    expect(sent.length).toBeGreaterThan(0);
    for (const { frame, firstId, lastId, stream: sentOn } of sent) {
      expect(sentOn).toBe(stream);
      const decoded = codec.decode(String(frame));
      // Streams without ids of their own are counted by the venue alone.
      const own = NUMBERED[name].includes(channel);
      expect(decoded).toMatchObject(own ? { kind: 'data', stream, firstId, lastId } : { kind: 'data', stream });
    }
    session.receive(codec.encodeUnsubscribe([stream], 8));
    expect(replies().at(-1)).toMatchObject({ kind: 'ack', id: 8, ok: true });
    session.end();
  });

  it('takes what it does not know for nothing', () => {
    for (const text of ['', 'null', '[]', '{"a":1}', '42']) expect(streams.decode(text)).toEqual({ kind: 'other' });
  });
});

const SETTINGS: DriverSettings = {
  requestTimeoutMs: 10_000,
  attemptTimeoutMs: 10_000,
  tries: 1,
  max: 4,
  min: 0,
  warmStart: 'none',
  acquireTimeoutMs: 10_000,
  dialTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
  failureThreshold: 1,
  cooldownMs: 1000,
  streamsPerConnection: 2,
  silenceTimeoutMs: 10_000,
  pingTimeoutMs: 10_000,
};

const DRIVEN = EACH.flatMap(({ name }) => ['unpooled', 'default', 'pooled'].map((driver) => ({ name, driver })));

describe.each(DRIVEN)('streams of $name through the $driver driver', ({ name, driver: kind }) => {
  it('are acknowledged, heard as the exchange sent them, and ended', async () => {
    const site = await HostedVenue.open(venues[name], { symbols: 2, activity: 3 });
    const client = venueClients[name]!;
    const context: DriverContext = {
      endpoints: [{ rest: site.rest, ws: site.ws }],
      ca: null,
      venue: client,
      carries: { requests: false, streams: true },
      settings: SETTINGS,
      clock: systemClock,
      random: seededRandom(kind),
      claims: new Claims(),
    };
    const driver = (await driverFactories[kind]!()).createDriver(context);
    const heard = new Map<string, number>();
    const consumer = {
      acknowledged: () => undefined,
      interrupted: () => undefined,
      message: (stream: string) => void heard.set(stream, (heard.get(stream) ?? 0) + 1),
      gap: () => undefined,
    };
    const streams = symbolsOf(name).flatMap((symbol) =>
      ['trade', 'depth'].map((channel) => client.streamName(channel, symbol)),
    );
    try {
      await driver.start();
      await Promise.all(streams.map((stream) => driver.subscribe(stream, consumer)));
      await site.until(({ counts }) => counts.messagesSent >= 20);
      for (const stream of streams) await driver.unsubscribe(stream);
      const { subscriptions, counts } = await site.snapshot();
      // A socket a stream is more than OKX takes in a second, and nobody there to hold it back.
      if (kind === 'pooled') expect(counts.violations).toEqual({});
      expect(subscriptions.map(({ endedBy }) => endedBy)).toEqual(streams.map(() => 'unsubscribe'));
      for (const { stream, messagesSent } of subscriptions)
        expect([stream, heard.get(stream) ?? 0]).toEqual([stream, messagesSent]);
    } finally {
      await driver.close();
      await site.close();
    }
  });
});

/** Two symbols in the venue's spelling. */
function symbolsOf(name: keyof typeof venues): readonly string[] {
  const definition: VenueDefinition = venues[name];
  return openOnFakeClock(definition, { symbols: 2 }).venue.symbols.slice(0, 2);
}
