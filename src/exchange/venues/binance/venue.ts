import { FeedHub, VenueTime } from '../../feed/index.js';
import { SyntheticMarket } from '../../market/index.js';
import type { Venue, VenueDefinition, VenueOptions } from '../../venue.js';
import { SnapshotWriter } from './depth.js';
import type { FrameForm } from './frame-form.js';
import { RestApi } from './rest.js';
import { failure } from './rest-errors.js';
import { BINANCE_RULES, type BinanceRules } from './rules.js';
import { BinanceSession } from './session.js';
import { parseStreamPath } from './stream-path.js';
import { openStream } from './streams.js';
import { SymbolTable } from './symbols.js';

const MAX_MESSAGE_BYTES = 1 << 20;

/** Binance spot market data: REST `/api/v3/…` and the `/ws` and `/stream` sockets. */
export const binance: VenueDefinition<BinanceRules> = { rules: BINANCE_RULES, open };

function open(options: VenueOptions<BinanceRules>): Venue {
  const { clock, wallClock, rules } = options;
  const market = new SyntheticMarket(options);
  const time = new VenueTime(market, clock, wallClock);
  const symbols = new SymbolTable(market, time.epochMs);
  const snapshots = new SnapshotWriter();
  const rest = new RestApi({ symbols, time }, snapshots, rules);
  const hub = new FeedHub<FrameForm>({
    clock,
    now: () => market.now(),
    open: (stream, counter) => openStream({ symbols, time, snapshots }, stream, counter),
  });
  const sessions = new Set<BinanceSession>();
  return {
    name: 'binance',
    symbols: symbols.all.map((symbol) => symbol.name),
    maxMessageBytes: MAX_MESSAGE_BYTES,
    rest: (request) => rest.handle(request),
    failure: (status) => failure(status, time.now()),
    open: ({ path }, sink) => {
      const parsed = parseStreamPath(path);
      if ('refuse' in parsed) return { refuse: { status: parsed.refuse, headers: {}, body: '' } };
      const onEnd = (session: BinanceSession): void => {
        sessions.delete(session);
      };
      const session = new BinanceSession({ clock, time, hub, sink, path: parsed, rules, onEnd });
      sessions.add(session);
      return session;
    },
    close: () => {
      for (const session of sessions) session.end();
      hub.close();
    },
  };
}
