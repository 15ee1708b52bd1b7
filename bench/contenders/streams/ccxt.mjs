import { NetworkError, pro } from 'ccxt';
import { ConnectionWatch } from './connection-watch.mjs';

/**
 * What the manual of ccxt shows: `watchTradesForSymbols` in a loop that goes on after an error; one endpoint, for ccxt
 * knows no second one; all settings are the defaults (a ping every 30 s, a dial may take 10 s, backoff from 1 s on).
 * Speaks Binance and watches trades, whole sets of them: that is what the comparison asks for.
 */
class CcxtDriver {
  accounts;
  #context;
  #watch;
  #exchange;
  /** By the symbol that ccxt uses. */
  #wanted = new Map();
  #left;
  #leaving = false;
  #looping;

  constructor(context) {
    if (context.venue.name !== 'binance') throw new Error('this driver speaks Binance alone');
    this.#context = context;
    this.#watch = new ConnectionWatch(context);
    this.accounts = { http: null, streams: this.#watch.accounts };
    this.#exchange = new pro.binance({ options: { fetchMarkets: { types: ['spot'] } } });
    const [{ rest, ws }] = context.endpoints;
    this.#exchange.urls.api.public = `${rest}/api/v3`;
    // ccxt takes a socket for one of the spot market by the text `/stream` in its URL.
    this.#exchange.urls.api.ws.spot = `${ws}/stream/ws`;
    // oxlint-disable-next-line no-underscore-dangle -- the one way to a socket's port that `ws` has
    this.#exchange.onConnected = ({ connection }) => this.#watch.opened(connection._socket.localPort);
    this.#hearAnswers();
  }

  async start() {
    this.#watch.carries = 'requests';
    // Without TLS, streams have no agent before this.
    await this.#exchange.loadHttpProxyAgent();
    await this.#exchange.loadMarkets();
    this.#watch.carries = 'streams';
  }

  async request() {
    throw new Error('this driver is for streams');
  }

  /** Resolves when the venue acknowledged the stream. Streams asked for in one turn are watched together. */
  subscribe(stream, consumer) {
    const [id, channel] = stream.split('@');
    if (channel !== 'trade' || this.#looping)
      throw new Error(`only one set of trades can be watched, not ${stream} too`);
    const { symbol } = this.#exchange.safeMarket(id.toUpperCase());
    return new Promise((acknowledged) => {
      this.#wanted.set(symbol, { stream, consumer, acknowledged, lastId: -1 });
      if (this.#wanted.size === 1) queueMicrotask(() => this.#join());
    });
  }

  /** Resolves when the venue acknowledged that all are dropped, or nothing is left that could. */
  async unsubscribe() {
    this.#left ??= Promise.resolve().then(() => this.#leave());
    await this.#left;
  }

  async close() {
    this.#leaving = true;
    await Promise.race([this.#exchange.close().catch(() => undefined), soon(100)]);
    await this.#watch.close();
  }

  #join() {
    this.#looping = this.#loop([...this.#wanted.keys()]);
  }

  async #loop(symbols) {
    while (!this.#leaving) {
      try {
        for (const trade of await this.#exchange.watchTradesForSymbols(symbols)) this.#handOn(trade);
      } catch (error) {
        if (this.#leaving) return;
        if (!(error instanceof NetworkError)) throw error;
        this.#lost();
      }
    }
  }

  #handOn({ symbol, id }) {
    const wanted = this.#wanted.get(symbol);
    const tradeId = Number(id);
    wanted.consumer.message(wanted.stream, tradeId, tradeId, null);
    wanted.lastId = tradeId;
  }

  /** A watch failed: that is how ccxt tells, of a connection and of each dial that came to nothing. */
  #lost() {
    const now = this.#context.clock.now();
    this.#context.claims.declaredDead(0, now);
    for (const { stream, consumer } of this.#wanted.values()) consumer.interrupted(stream, now);
  }

  async #leave() {
    this.#leaving = true;
    const dropped = this.#exchange.unWatchTradesForSymbols([...this.#wanted.keys()]).catch(() => undefined);
    await Promise.race([dropped, soon(this.#context.settings.requestTimeoutMs)]);
  }

  /** ccxt keeps acknowledgements to itself; they pass through here. */
  #hearAnswers() {
    const exchange = this.#exchange;
    const handle = exchange.handleSubscriptionStatus.bind(exchange);
    exchange.handleSubscriptionStatus = (client, message) => {
      if (this.#leaving) this.#handOnRest();
      else this.#acknowledged();
      return handle(client, message);
    };
  }

  #acknowledged() {
    const now = this.#context.clock.now();
    for (const { stream, consumer, acknowledged } of this.#wanted.values()) {
      this.#context.claims.subscriptionAcknowledged();
      consumer.acknowledged(stream, now);
      acknowledged();
    }
  }

  /** What ccxt holds and the loop has not asked for: the loop is over, and ccxt is about to throw it away. */
  #handOnRest() {
    for (const [symbol, { lastId }] of this.#wanted) {
      for (const trade of this.#exchange.trades[symbol] ?? []) if (Number(trade.id) > lastId) this.#handOn(trade);
    }
  }
}

function soon(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

export const createDriver = (context) => new CcxtDriver(context);
