import { FeedHub, VenueTime } from '../../feed/index.js';
import { type PerpetualSymbol, SyntheticMarket } from '../../market/index.js';
import type { Venue, VenueDefinition, VenueOptions } from '../../venue.js';
import { failure } from '../binance-common/failures.js';
import type { FrameForm } from '../binance-common/frame-form.js';
import { RequestLimits } from '../binance-common/request-limits.js';
import { RestApi } from '../binance-common/rest.js';
import { StreamGate } from '../binance-common/stream-gate.js';
import { StreamServer } from '../binance-common/stream-server.js';
import { openStream } from '../binance-common/stream-table.js';
import { BinanceSymbol, SymbolTable } from '../binance-common/symbols.js';
import { ApiServer } from './api-server.js';
import { futuresEndpoints } from './endpoints.js';
import { routeOf } from './routes.js';
import { BINANCE_USDM_RULES, type BinanceUsdmRules } from './rules.js';
import { streamTable } from './streams.js';

const MAX_MESSAGE_BYTES = 1 << 20;

/**
 * Binance USD-M futures market data: REST `/fapi/…` and `/futures/data/…`, the sockets below `/public` and `/market`,
 * and the WebSocket API at `/ws-fapi/v1`.
 */
export const binanceUsdm: VenueDefinition<BinanceUsdmRules> = { rules: BINANCE_USDM_RULES, open };

function open(options: VenueOptions<BinanceUsdmRules>): Venue {
  const { clock, wallClock, rules, enforce } = options;
  const market = new SyntheticMarket(options);
  const time = new VenueTime(market, clock, wallClock);
  const symbols = new SymbolTable(market.perpetuals.map((symbol) => new BinanceSymbol(symbol, time.epochMs)));
  const context = { symbols, time };
  const endpoints = futuresEndpoints(rules);
  const limits = requestLimits(rules, enforce);
  const rest = new RestApi<PerpetualSymbol>({
    context,
    endpoints,
    limits,
    headers: (type, used) => ({ 'content-type': type, 'x-mbx-used-weight-1m': used }),
  });
  const hub = new FeedHub<FrameForm>({
    clock,
    now: () => market.now(),
    open: (stream, counter) => openStream(streamTable, context, stream, counter),
  });
  const gate = new StreamGate({ clock, time, rules, enforce });
  const streams = new StreamServer({ clock, time, hub, rules, enforce, gate, noticeMs: 0 });
  const api = new ApiServer({ clock, rules, enforce, gate, context, endpoints, limits });
  return {
    name: 'binance-usdm',
    symbols: symbols.all.map((symbol) => symbol.name),
    maxMessageBytes: MAX_MESSAGE_BYTES,
    rest: (request) => rest.handle(request),
    failure: (status) => failure(status, time.now(), rules),
    open: ({ path, remoteAddress }, sink) => {
      if (api.serves(path)) return api.open(remoteAddress, sink, path);
      const route = routeOf(path, rules);
      return streams.open(remoteAddress, sink, route.path, route.carries);
    },
    close: () => {
      streams.close();
      api.close();
      hub.close();
    },
  };
}

function requestLimits(rules: BinanceUsdmRules, enforce: boolean): RequestLimits {
  const single = { windowMs: rules.requestWindowMs, everyRequest: false };
  return new RequestLimits({
    rules,
    enforce,
    quotas: {
      data: { rule: 'data-requests', limit: rules.dataRequestsPerWindow, ...single },
      funding: { rule: 'funding-requests', limit: rules.fundingRequestsPerWindow, ...single },
    },
  });
}
