import type { Random } from '../../base/index.js';
import type { FaultScope } from '../protocol.js';

/** Decides what a fault hits: by endpoint, by symbol, and by its share, drawn from the seed in the order of events. */
export class Scope {
  readonly #endpoint: number | null;
  readonly #symbol: RegExp | null;
  readonly #share: number;
  readonly #random: Random;

  constructor({ endpoint, symbol, share = 1 }: FaultScope, random: Random) {
    this.#endpoint = endpoint;
    this.#symbol = symbol === undefined ? null : mentionOf(symbol);
    this.#share = share;
    this.#random = random;
  }

  covers(endpoint: number): boolean {
    return this.#endpoint === null || this.#endpoint === endpoint;
  }

  /**
   * Whether a thing at this endpoint is hit. `names` are texts that tell what it is about: a symbol, names of streams,
   * a request's target. Only things that are in scope otherwise are drawn.
   */
  hits(endpoint: number, names: Iterable<string>): boolean {
    if (!this.covers(endpoint) || !this.#isAbout(names)) return false;
    return this.#share >= 1 || this.#random.next() < this.#share;
  }

  #isAbout(names: Iterable<string>): boolean {
    if (this.#symbol === null) return true;
    for (const name of names) if (this.#symbol.test(name)) return true;
    return false;
  }
}

/**
 * Finds a symbol as a word of its own, in any case: venues name streams `btcusdt@depth` or `books:BTC-USDT`, and
 * `BTC-USDT` is no mention of it in `BTC-USDT-SWAP`.
 */
function mentionOf(symbol: string): RegExp {
  const escaped = symbol.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'i');
}
