// Order books kept over the pool by its BookKeeper, and compared in the end with what the exchange shows by REST.
import { once } from 'node:events';
import http from 'node:http';
import { systemClock } from '../../../dist/base/index.js';
import {
  binanceBook,
  binanceUsdmBook,
  BookKeeper,
  bybitBook,
  coinbaseBook,
  deribitBook,
  okxBook,
} from '../../../dist/pool/index.js';
import { venueClients } from '../../../dist/driver/venues/index.js';

const RULES = {
  binance: binanceBook,
  'binance-usdm': binanceUsdmBook,
  okx: okxBook,
  deribit: deribitBook,
  bybit: bybitBook,
  coinbase: coinbaseBook,
};
/** Bybit shows the state of another topic by REST than that of the small books. */
const CHANNELS = { bybit: 'orderbook.1000' };
const SNAPSHOT_LEVELS = { binance: 1000, 'binance-usdm': 1000 };
const COMPARED_LEVELS = 20;
/** States of a book that are remembered, to find the one that was asked for among them. */
const REMEMBERED = 400;
const LOOKS = 30;
/** Without numbers a state has to be met by chance, between two batches of the stream. */
const LOOKS_UNNUMBERED = 150;
const BETWEEN_LOOKS_MS = 70;
const RETRY = { initialMs: 30, maxMs: 400 };
const ATTEMPT_MS = 800;

export function bookChannel(venue, channel) {
  return CHANNELS[venue] ?? channel;
}

/** The book of one symbol. `resubscribe` unsubscribes from its stream and subscribes again. */
export class KeptBook {
  constructor({ venue, symbol, rests, resubscribe }) {
    this.symbol = symbol;
    this.venue = venue;
    this.rests = rests;
    this.asked = 0;
    this.states = new Map();
    this.keeper = new BookKeeper({
      rule: RULES[venue],
      snapshot: (signal) => this.#ask(SNAPSHOT_LEVELS[venue] ?? COMPARED_LEVELS, signal),
      resubscribe,
      attemptTimeoutMs: ATTEMPT_MS,
      retry: RETRY,
    });
  }

  message(message) {
    this.keeper.apply(message);
    if (this.keeper.state === 'live') this.#remember();
  }

  /** Numbers that show nothing cannot break the book by themselves. */
  gap({ unknownLoss, resynchronised }) {
    if (unknownLoss && !resynchronised) this.keeper.lost();
  }

  /**
   * Looks until the exchange shows a state that the book was in. What was shown may still be on its way on the stream, so
   * that every look is for all states shown so far.
   */
  async compare() {
    const shown = [];
    const looks = this.#numbered ? LOOKS : LOOKS_UNNUMBERED;
    for (let look = 1; look <= looks; look += 1) {
      const book = await this.#ask(COMPARED_LEVELS, AbortSignal.timeout(ATTEMPT_MS)).catch(() => undefined);
      if (book) shown.push({ updateId: book.updateId, digest: digest(book.bids, book.asks) });
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS * (0.5 + Math.random())));
      const differing = shown.find((one) => this.#differs(one));
      if (differing)
        return { ...this.#row(), equal: false, differing: { ...differing, kept: this.states.get(differing.updateId) } };
      if (shown.some((one) => this.#wasIn(one))) return { ...this.#row(), equal: true, looks: look };
    }
    // Without numbers nothing else can be asked for than to have been in a state that was shown.
    if (this.#numbered || shown.length === 0) return { ...this.#row(), equal: null };
    return { ...this.#row(), equal: false, differing: { ...shown.at(-1), kept: [...this.states.values()].at(-1) } };
  }

  close() {
    this.keeper.close();
  }

  get #numbered() {
    return RULES[this.venue].sequence !== 'none';
  }

  #differs({ updateId, digest: shown }) {
    return this.#numbered && this.states.has(updateId) && this.states.get(updateId) !== shown;
  }

  #wasIn({ updateId, digest: shown }) {
    return this.#numbered ? this.states.get(updateId) === shown : [...this.states.values()].includes(shown);
  }

  #row() {
    return { symbol: this.symbol, state: this.keeper.state, resyncs: this.keeper.resyncs };
  }

  #remember() {
    const { bids, asks, lastId } = this.keeper;
    const key = lastId ?? systemClock.now();
    this.states.delete(key);
    this.states.set(key, digest(bids.top(COMPARED_LEVELS), asks.top(COMPARED_LEVELS)));
    if (this.states.size > REMEMBERED) this.states.delete(this.states.keys().next().value);
  }

  async #ask(levels, signal) {
    const venue = venueClients[this.venue];
    const rest = this.rests[this.asked++ % this.rests.length];
    return venue.parseBook(await get(rest + venue.bookPath(this.symbol, levels), signal));
  }
}

function digest(bids, asks) {
  const side = (levels) =>
    levels
      .slice(0, COMPARED_LEVELS)
      .map(([price, size]) => `${Number(price)}@${Number(size)}`)
      .join(' ');
  return `${side(bids)} | ${side(asks)}`;
}

/** One request on a connection of its own, so that nothing stays open. */
async function get(url, signal) {
  const request = http.get(url, { agent: false, signal });
  const [response] = await once(request, 'response');
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  return Buffer.concat(chunks);
}
