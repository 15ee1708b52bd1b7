import type { RestRequest, RestResponse } from '../../venue.js';
import { type SnapshotWriter, depthEndpoint } from './depth.js';
import type { Endpoint, EndpointContext } from './endpoint.js';
import { exchangeInfo } from './exchange-info.js';
import { averagePrice, klines } from './klines.js';
import { CalendarWindow, PerAddress } from '../../limits/index.js';
import { BinanceError, rejections } from './rest-errors.js';
import type { BinanceRules } from './rules.js';
import { RestParameters } from './rest-parameters.js';
import { bookTicker, dayTicker, priceTicker } from './tickers.js';
import { aggregateTrades, historicalTrades, recentTrades } from './trades.js';

const JSON_TYPE = 'application/json;charset=UTF-8';
const NOT_FOUND = '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>';

/** The REST side of the venue: `/api/v3/…` market data. */
export class RestApi {
  readonly #context: EndpointContext;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #weights: PerAddress<CalendarWindow>;

  constructor(context: EndpointContext, snapshots: SnapshotWriter, rules: BinanceRules) {
    this.#context = context;
    this.#weights = new PerAddress(() => new CalendarWindow(rules.weightWindowMs));
    this.#endpoints = new Map(Object.entries(endpoints(snapshots)));
  }

  handle(request: RestRequest): RestResponse {
    const endpoint = this.#endpoints.get(request.path);
    if (!endpoint) return this.#respond(request, 404, NOT_FOUND, 1);
    try {
      if (request.method !== 'GET') throw rejections.unsupported();
      const { body, weight } = endpoint.answer(this.#context, new RestParameters(request.query, endpoint.parameters));
      return this.#respond(request, 200, body, weight);
    } catch (error) {
      if (!(error instanceof BinanceError)) throw error;
      return this.#respond(request, error.status, error.body, 1);
    }
  }

  #respond(request: RestRequest, status: number, body: string, weight: number): RestResponse {
    const used = String(this.#weights.of(request.remoteAddress).add(weight, this.#context.time.now()));
    const headers = {
      'content-type': status === 404 ? 'text/html' : JSON_TYPE,
      'x-mbx-used-weight': used,
      'x-mbx-used-weight-1m': used,
    };
    return { status, headers, body };
  }
}

function endpoints(snapshots: SnapshotWriter): Record<string, Endpoint> {
  return {
    '/api/v3/ping': { parameters: [], answer: () => ({ body: '{}', weight: 1 }) },
    '/api/v3/time': {
      parameters: [],
      answer: ({ time }) => ({ body: `{"serverTime":${time.stamp()}}`, weight: 1 }),
    },
    '/api/v3/exchangeInfo': exchangeInfo(),
    '/api/v3/depth': depthEndpoint(snapshots),
    '/api/v3/trades': recentTrades,
    '/api/v3/historicalTrades': historicalTrades,
    '/api/v3/aggTrades': aggregateTrades,
    '/api/v3/klines': klines,
    '/api/v3/uiKlines': klines,
    '/api/v3/avgPrice': averagePrice,
    '/api/v3/ticker/24hr': dayTicker,
    '/api/v3/ticker/price': priceTicker,
    '/api/v3/ticker/bookTicker': bookTicker,
  };
}
