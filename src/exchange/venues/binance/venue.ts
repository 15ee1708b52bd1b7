import type { Clock } from '../../../base/index.js';
import type { SyntheticMarket } from '../../market/index.js';
import type { Venue } from '../../venue.js';
import { SnapshotWriter } from './depth.js';
import { RestApi } from './rest.js';
import { BinanceSession } from './session.js';
import { StreamHub } from './stream-hub.js';
import { parseStreamPath } from './stream-path.js';
import { SymbolTable } from './symbols.js';
import { VenueTime } from './venue-time.js';

export interface BinanceVenueOptions {
  readonly market: SyntheticMarket;
  readonly clock: Clock;
  /** Calendar time in ms since 1970, with fraction; the default follows `clock`. */
  readonly wallClock?: () => number;
}

/** A venue that also names what it trades. */
export interface ListedVenue extends Venue {
  /** In the venue's own spelling, most active first. */
  readonly symbols: readonly string[];
}

/** Binance spot market data: REST `/api/v3/…` and the `/ws` and `/stream` sockets. */
export function binanceVenue({ market, clock, wallClock }: BinanceVenueOptions): ListedVenue {
  const time = new VenueTime(market, clock, wallClock);
  const symbols = new SymbolTable(market, time.epochMs);
  const snapshots = new SnapshotWriter();
  const rest = new RestApi({ symbols, time }, snapshots);
  const hub = new StreamHub(clock, { symbols, time, snapshots });
  const sessions = new Set<BinanceSession>();
  return {
    name: 'binance',
    symbols: symbols.all.map((symbol) => symbol.name),
    rest: (request) => rest.handle(request),
    open: (path, sink) => {
      const parsed = parseStreamPath(path);
      if ('refuse' in parsed) return parsed;
      const onEnd = (session: BinanceSession): void => {
        sessions.delete(session);
      };
      const session = new BinanceSession({ clock, time, hub, sink, path: parsed, onEnd });
      sessions.add(session);
      return session;
    },
    close: () => {
      for (const session of sessions) session.end();
      hub.close();
    },
  };
}
