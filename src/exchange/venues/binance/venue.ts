import { FeedHub, VenueTime } from '../../feed/index.js';
import { SyntheticMarket } from '../../market/index.js';
import type { Venue, VenueDefinition, VenueOptions } from '../../venue.js';
import { SnapshotWriter } from '../binance-common/depth.js';
import { failure } from '../binance-common/failures.js';
import type { FrameForm } from '../binance-common/frame-form.js';
import { RequestLimits } from '../binance-common/request-limits.js';
import { RestApi } from '../binance-common/rest.js';
import { StreamGate } from '../binance-common/stream-gate.js';
import { StreamServer } from '../binance-common/stream-server.js';
import { openStream } from '../binance-common/stream-table.js';
import { BinanceSymbol, SymbolTable } from '../binance-common/symbols.js';
import { spotEndpoints } from './endpoints.js';
import { BINANCE_RULES, type BinanceRules } from './rules.js';
import { streamTable } from './streams.js';

const MAX_MESSAGE_BYTES = 1 << 20;
const PLACES = 8;

/** Binance spot market data: REST `/api/v3/…` and the `/ws` and `/stream` sockets. */
export const binance: VenueDefinition<BinanceRules> = { rules: BINANCE_RULES, open };

function open(options: VenueOptions<BinanceRules>): Venue {
  const { clock, wallClock, rules, enforce } = options;
  const market = new SyntheticMarket(options);
  const time = new VenueTime(market, clock, wallClock);
  const symbols = new SymbolTable(market.symbols.map((symbol) => new BinanceSymbol(symbol, time.epochMs, PLACES)));
  const context = { symbols, time };
  const snapshots = new SnapshotWriter((id, bids, asks) => `{"lastUpdateId":${id},"bids":${bids},"asks":${asks}}`);
  const requests = {
    rule: 'raw-requests',
    limit: rules.requestsPerWindow,
    windowMs: rules.requestWindowMs,
    everyRequest: true,
  };
  const rest = new RestApi({
    context,
    endpoints: spotEndpoints(snapshots, rules),
    limits: new RequestLimits({ rules, enforce, quotas: { requests } }),
    headers: (type, used) => ({ 'content-type': type, 'x-mbx-used-weight': used, 'x-mbx-used-weight-1m': used }),
  });
  const table = streamTable(snapshots);
  const hub = new FeedHub<FrameForm>({
    clock,
    now: () => market.now(),
    open: (stream, counter) => openStream(table, context, stream, counter),
  });
  const gate = new StreamGate({ clock, time, rules, enforce });
  const streams = new StreamServer({ clock, time, hub, rules, enforce, gate, noticeMs: rules.shutdownNoticeMs });
  return {
    name: 'binance',
    symbols: symbols.all.map((symbol) => symbol.name),
    maxMessageBytes: MAX_MESSAGE_BYTES,
    rest: (request) => rest.handle(request),
    failure: (status) => failure(status, time.now(), rules),
    open: ({ path, remoteAddress }, sink) => streams.open(remoteAddress, sink, path),
    close: () => {
      streams.close();
      hub.close();
    },
  };
}
