import { seededRandom } from '../../../base/index.js';
import { FeedHub, VenueTime } from '../../feed/index.js';
import { SyntheticMarket } from '../../market/index.js';
import type {
  StreamSession,
  StreamSink,
  Refusal,
  UpgradeRequest,
  Venue,
  VenueDefinition,
  VenueOptions,
} from '../../venue.js';
import { BookWriter } from './books.js';
import { openChannel } from './channels.js';
import { ConnectionLimit } from './connection-limit.js';
import type { DeribitContext } from './context.js';
import { InstrumentTable } from './instruments.js';
import { RestApi } from './rest.js';
import { failure } from './rpc-errors.js';
import { RpcServer } from './rpc-server.js';
import { DERIBIT_RULES, type DeribitRules } from './rules.js';
import { DeribitSession } from './session.js';
import { VolatilityIndex } from './volatility.js';

const SOCKET_PATH = /^\/ws\/api\/v2\/?(?:\?|$)/;
/** What the server reads at most; the venue's own limit is a rule, see the session. */
const MAX_MESSAGE_BYTES = 1 << 20;

/** Deribit v2 market data: JSON-RPC over HTTP below `/api/v2` and over the socket `/ws/api/v2`. */
export const deribit: VenueDefinition<DeribitRules> = { rules: DERIBIT_RULES, open };

function open(options: VenueOptions<DeribitRules>): Venue {
  const { clock, wallClock, rules, enforce, seed } = options;
  const market = new SyntheticMarket(options);
  const time = new VenueTime(market, clock, wallClock);
  const instruments = new InstrumentTable(market, time.epochMs);
  const volatility = new VolatilityIndex(seededRandom(seed).fork('volatility'));
  const context: DeribitContext = { instruments, time, books: new BookWriter(), volatility };
  const rpc = new RpcServer(context, rules, enforce);
  const limit = new ConnectionLimit({ clock, limit: rules.connectionsPerAddress, enforce });
  const rest = new RestApi(rpc, limit, rules);
  const hub = new FeedHub({
    clock,
    now: () => market.now(),
    open: (channel, counter) => openChannel(context, channel, counter),
  });
  const sessions = new Set<DeribitSession>();
  const onEnd = (session: DeribitSession): void => {
    sessions.delete(session);
  };
  const openSession = (request: UpgradeRequest, sink: StreamSink): StreamSession | Refusal => {
    const { violated, refused } = limit.check(request);
    if (refused) return { refuse: { ...failure(429), violated } };
    for (const rule of violated) sink.violated(rule);
    if (!SOCKET_PATH.test(request.path)) return { refuse: failure(404) };
    const { remoteAddress } = request;
    const session = new DeribitSession({ clock, hub, rpc, rules, enforce, remoteAddress, sink, onEnd });
    sessions.add(session);
    return session;
  };
  return {
    name: 'deribit',
    symbols: instruments.all.map(({ name }) => name),
    maxMessageBytes: MAX_MESSAGE_BYTES,
    rest: (request) => rest.handle(request),
    failure,
    open: openSession,
    close: () => {
      for (const session of sessions) session.end();
      hub.close();
    },
  };
}
