import { FeedHub, VenueTime } from '../../feed/index.js';
import { SyntheticMarket } from '../../market/index.js';
import type { Refusal, StreamSink, UpgradeRequest, Venue, VenueDefinition, VenueOptions } from '../../venue.js';
import { openAccounts } from './address-accounts.js';
import { BookWriter } from './book-writer.js';
import { TickerBoard } from './day-ticker.js';
import type { BybitContext } from './endpoint.js';
import { InstrumentTable } from './instruments.js';
import { Replies } from './replies.js';
import { RestApi } from './rest.js';
import { failure } from './rest-errors.js';
import { BYBIT_RULES, type BybitRules } from './rules.js';
import { BybitSession } from './session.js';
import { MARKETS, type Market, openStream } from './topics.js';

const MAX_MESSAGE_BYTES = 1 << 18;
const PATH = '/v5/public/';

/** Bybit v5 market data of spot pairs and linear contracts: REST `/v5/market/…`, streams `/v5/public/…`. */
export const bybit: VenueDefinition<BybitRules> = { rules: BYBIT_RULES, open };

function open(options: VenueOptions<BybitRules>): Venue {
  const { clock, wallClock, rules, enforce } = options;
  const market = new SyntheticMarket(options);
  const time = new VenueTime(market, clock, wallClock);
  const instruments = new InstrumentTable(market, time.epochMs);
  const context: BybitContext = { instruments, time, books: new BookWriter(), tickers: new TickerBoard(time) };
  const accounts = openAccounts(clock, rules);
  const rest = new RestApi(context, accounts, enforce);
  const hub = new FeedHub({
    clock,
    now: () => market.now(),
    open: (stream, counter) => openStream(context, stream, counter),
  });
  const sessions = new Set<BybitSession>();
  let connections = 0;
  const connect = ({ path, remoteAddress }: UpgradeRequest, sink: StreamSink): BybitSession | Refusal => {
    const market = marketOf(path);
    if (!market) return { refuse: failure(404, time.now()) };
    const account = accounts.of(remoteAddress);
    const violated = account.connected(market);
    if (enforce && violated.length > 0) {
      account.disconnected(market);
      return { refuse: { ...failure(403, time.now()), violated } };
    }
    for (const rule of violated) sink.violated(rule);
    const onEnd = (session: BybitSession): void => {
      sessions.delete(session);
      account.disconnected(market);
    };
    connections += 1;
    const replies = new Replies(market, connectionId(connections));
    const session = new BybitSession({ clock, time, hub, instruments, sink, market, replies, rules, enforce, onEnd });
    sessions.add(session);
    return session;
  };
  return {
    name: 'bybit',
    symbols: [...instruments.of('spot').keys()],
    maxMessageBytes: MAX_MESSAGE_BYTES,
    rest: (request) => rest.handle(request),
    failure: (status) => failure(status, time.now()),
    open: connect,
    close: () => {
      for (const session of sessions) session.end();
      hub.close();
    },
  };
}

/** The kind of market that a stream's path names. */
function marketOf(path: string): Market | undefined {
  const [pathname = ''] = path.split('?', 1);
  return MARKETS.find((market) => pathname === PATH + market);
}

function connectionId(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
}
