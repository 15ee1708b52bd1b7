// A fault script is a seed made into plain data: the venue, the pool's options, the streams and when they are wanted,
// the link, and what goes wrong. Times are real milliseconds from the moment when every stream was first acknowledged.
import { seededRandom } from '../../../dist/base/index.js';
import { drawFaults } from './draw-faults.mjs';

export const VENUES = ['binance', 'binance-usdm', 'okx', 'deribit', 'bybit', 'coinbase'];
/** An hour of the venue in a quarter of a minute. */
export const TIME_SCALE = 1 / 240;
export const HOUR_MS = 3_600_000 * TIME_SCALE;
/** Coinbase's ticker stands for several trades and numbers one, so that what is missing cannot be counted. */
const CHANNELS = {
  default: ['depth', 'trade', 'depth', 'trade', 'bookTicker'],
  coinbase: ['depth', 'trade', 'trade'],
};
const MOST_CHANGES = 10;
const RTT_MS = 5;

/** Draws between two numbers, evenly or (`spread`) evenly by order of magnitude; whole numbers both inclusive. */
class Draw {
  constructor(random) {
    this.random = random;
  }

  whole(from, to) {
    return from + this.random.integer(to - from + 1);
  }

  real(from, to) {
    return from + this.random.next() * (to - from);
  }

  spread(from, to) {
    return Math.round(from * (to / from) ** this.random.next());
  }

  chance(share) {
    return this.random.next() < share;
  }

  of(list) {
    return list[this.random.integer(list.length)];
  }
}

/** The script of a seed, a whole number from 1; the six venues take turns. */
export function drawScript(seed) {
  const random = seededRandom(`fault-scripts/${seed}`);
  const fork = (label) => new Draw(random.fork(label));
  const venue = VENUES[(seed - 1) % VENUES.length];
  const streams = drawStreams(fork('streams'), CHANNELS[venue] ?? CHANNELS.default);
  const endpoints = fork('endpoints').whole(1, 2);
  const pool = drawPool(fork('pool'), streams.length);
  return {
    seed,
    venue,
    endpoints,
    link: drawLink(fork('link')),
    activity: fork('activity').spread(1, 6),
    maxAgeMs: drawAge(fork('age')),
    pool,
    streams,
    faults: drawFaults(fork('faults'), { endpoints, hourMs: HOUR_MS, symbols: symbolsOf(streams) }),
    changes: drawChanges(fork('changes'), streams),
  };
}

function symbolsOf(streams) {
  return 1 + Math.max(...streams.map(({ symbol }) => symbol));
}

/** Channels of symbols; the first ones are wanted from the beginning. The first two of a book are kept as books. */
function drawStreams(draw, channels) {
  const count = draw.whole(5, 40);
  const known = new Set();
  const streams = [];
  while (streams.length < count) {
    const stream = { symbol: draw.whole(0, Math.ceil(count / 2)), channel: draw.of(channels) };
    const key = `${stream.symbol} ${stream.channel}`;
    if (!known.has(key)) streams.push(stream);
    known.add(key);
  }
  const late = draw.whole(0, Math.floor(count / 4));
  const books = new Set(streams.filter(({ channel }) => channel === 'depth').slice(0, 2));
  return streams.map((stream, index) =>
    Object.assign(stream, { late: index >= count - late, book: books.has(stream) }),
  );
}

function drawPool(draw, streams) {
  const feeds = draw.chance(0.4) ? 2 : 1;
  const standby = draw.chance(0.4) ? 1 : 0;
  const serving = draw.whole(2, 7);
  const stale = draw.chance(0.4);
  return {
    maxConnections: serving + standby,
    streamsPerConnection: Math.ceil((streams * feeds) / serving) + draw.whole(0, 6),
    standby,
    feeds,
    handshakeTimeoutMs: draw.spread(500, 1500),
    ackTimeoutMs: draw.spread(300, 900),
    silenceTimeoutMs: draw.spread(300, 900),
    pingTimeoutMs: draw.spread(200, 500),
    settleMs: draw.spread(200, 600),
    mergeWaitMs: draw.spread(100, 400),
    cooldownMs: draw.spread(150, 600),
    failureThreshold: draw.whole(1, 3),
    backoff: { initialMs: draw.spread(10, 50), maxMs: draw.spread(200, 800) },
    rebalance: draw.chance(0.8),
    ...(stale && { staleAfterMs: draw.spread(800, 2500) }),
  };
}

function drawLink(draw) {
  return {
    rttMs: RTT_MS,
    ...(draw.chance(0.3) && { jitterMs: RTT_MS * draw.real(0.04, 0.3) }),
    ...(draw.chance(0.25) && { bitsPerSecond: draw.spread(4e6, 40e6) }),
  };
}

/** The age at which the venue cuts connections, or at which ours are replaced where the venue sets none. */
function drawAge(draw) {
  return draw.chance(0.6) ? draw.spread(HOUR_MS / 5, HOUR_MS / 1.2) : null;
}

function drawChanges(draw, streams) {
  const wanted = streams.map(({ late }) => !late);
  const times = Array.from({ length: draw.whole(0, MOST_CHANGES) }, () => Math.round(draw.real(200, HOUR_MS * 0.93)));
  return times
    .toSorted((a, b) => a - b)
    .flatMap((atMs) => {
      const stream = draw.whole(0, streams.length - 1);
      // A book's stream is left to its keeper, which asks for it anew by itself.
      if (streams[stream].book) return [];
      wanted[stream] = !wanted[stream];
      return [{ atMs, stream, wanted: wanted[stream] }];
    });
}
