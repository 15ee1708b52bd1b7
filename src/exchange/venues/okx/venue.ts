import { seededRandom } from '../../../base/index.js';
import { FeedHub, VenueTime } from '../../feed/index.js';
import { PerAddress, RollingWindow } from '../../limits/index.js';
import { SyntheticMarket } from '../../market/index.js';
import type { Venue, VenueDefinition, VenueOptions } from '../../venue.js';
import { BookWriter } from './book-writer.js';
import type { OkxContext } from './context.js';
import { InstrumentTable } from './instruments.js';
import { RestApi } from './rest/api.js';
import { failure, rejections } from './rest-errors.js';
import { OKX_RULES, type OkxRules } from './rules.js';
import { OkxSession } from './session.js';
import { type StreamUrl, openStream } from './streams.js';

const MAX_MESSAGE_BYTES = 1 << 20;
const CONNECT_RULE = 'connections-per-window';
const STREAM_PATH = /^\/ws\/v5\/(public|business|private)\/?(?:\?|$)/;

/** OKX v5 market data: REST `/api/v5/…` and the sockets `/ws/v5/public`, `/ws/v5/business` and `/ws/v5/private`. */
export const okx: VenueDefinition<OkxRules> = { rules: OKX_RULES, open };

function open(options: VenueOptions<OkxRules>): Venue {
  const { clock, wallClock, rules, enforce, seed } = options;
  const market = new SyntheticMarket(options);
  const time = new VenueTime(market, clock, wallClock);
  const instruments = new InstrumentTable(market, time.epochMs);
  const context: OkxContext = { instruments, time, rules, books: new BookWriter() };
  const rest = new RestApi(context, enforce);
  const hub = new FeedHub({
    clock,
    now: () => market.now(),
    open: (stream, counter) => openStream(context, stream, counter),
  });
  const connects = new PerAddress(() => new RollingWindow(rules.connectionsPerWindow, rules.connectionWindowMs));
  const names = seededRandom(`${seed}/okx connections`);
  const sessions = new Set<OkxSession>();
  return {
    name: 'okx',
    symbols: instruments.all.map(({ id }) => id),
    maxMessageBytes: MAX_MESSAGE_BYTES,
    rest: (request) => rest.handle(request),
    failure,
    open: ({ path, remoteAddress }, sink) => {
      const url = STREAM_PATH.exec(path)?.[1] as StreamUrl | undefined;
      if (!url) return { refuse: rejections.notFound().response };
      if (connects.of(remoteAddress).exceededBy(clock.now())) {
        if (enforce) return { refuse: { ...failure(429), violated: [CONNECT_RULE] } };
        sink.violated(CONNECT_RULE);
      }
      const connId = names
        .integer(2 ** 32)
        .toString(16)
        .padStart(8, '0');
      const onEnd = (session: OkxSession): void => {
        sessions.delete(session);
      };
      const session = new OkxSession({ clock, context, hub, sink, url, connId, enforce, onEnd });
      sessions.add(session);
      return session;
    },
    close: () => {
      for (const session of sessions) session.end();
      hub.close();
    },
  };
}
