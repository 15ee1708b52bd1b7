import { FeedHub, VenueTime } from '../../feed/index.js';
import { SyntheticMarket } from '../../market/index.js';
import type { Refusal, StreamSink, UpgradeRequest, Venue, VenueDefinition, VenueOptions } from '../../venue.js';
import { openAccounts } from './address-accounts.js';
import { BookWriter } from './book-writer.js';
import type { CoinbaseContext } from './endpoint.js';
import { ProductTable } from './products.js';
import { RestApi } from './rest.js';
import { failure } from './rest-errors.js';
import { COINBASE_RULES, type CoinbaseRules } from './rules.js';
import { CoinbaseSession } from './session.js';
import { StatisticsBoard } from './statistics.js';
import { openStream } from './streams.js';

const MAX_MESSAGE_BYTES = 1 << 18;

/** Coinbase Exchange market data: REST `/products/…` and the feed at `/`. */
export const coinbase: VenueDefinition<CoinbaseRules> = { rules: COINBASE_RULES, open };

function open(options: VenueOptions<CoinbaseRules>): Venue {
  const { clock, wallClock, rules, enforce } = options;
  const market = new SyntheticMarket(options);
  const time = new VenueTime(market, clock, wallClock);
  const products = new ProductTable(market, time.epochMs);
  const context: CoinbaseContext = { products, time, books: new BookWriter(), statistics: new StatisticsBoard() };
  const accounts = openAccounts(clock, rules);
  const rest = new RestApi(context, accounts, enforce);
  const hub = new FeedHub({
    clock,
    now: () => market.now(),
    open: (stream, counter) => openStream(context, stream, counter),
  });
  const sessions = new Set<CoinbaseSession>();
  const onEnd = (session: CoinbaseSession): void => {
    sessions.delete(session);
  };
  const connect = ({ path, remoteAddress }: UpgradeRequest, sink: StreamSink): CoinbaseSession | Refusal => {
    if (!/^\/?(?:\?|$)/.test(path)) return { refuse: failure(404) };
    const account = accounts.of(remoteAddress);
    if (!account.connection()) {
      if (enforce) return { refuse: { ...failure(429), violated: ['connections-per-window'] } };
      sink.violated('connections-per-window');
    }
    const session = new CoinbaseSession({ clock, hub, products, sink, account, rules, enforce, onEnd });
    sessions.add(session);
    return session;
  };
  return {
    name: 'coinbase',
    symbols: products.all.map((product) => product.id),
    maxMessageBytes: MAX_MESSAGE_BYTES,
    rest: (request) => rest.handle(request),
    failure,
    open: connect,
    close: () => {
      for (const session of sessions) session.end();
      hub.close();
    },
  };
}
