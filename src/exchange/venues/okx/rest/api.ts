import { CalendarWindow, PerAddress } from '../../../limits/index.js';
import type { RestRequest, RestResponse } from '../../../venue.js';
import type { OkxContext } from '../context.js';
import { OkxError, failure, rejections } from '../rest-errors.js';
import { candles, historyCandles } from './candles.js';
import { type Endpoint, INSTRUMENT_TYPES } from './endpoint.js';
import { books, ticker, tickers, trades } from './market-data.js';
import { RestParameters } from './parameters.js';
import { fundingRate, instruments, markPrice, openInterest, systemTime } from './public-data.js';
import { contractRatio, currencyRatio } from './ratios.js';

const JSON_TYPE = 'application/json';
const LIMIT_RULE = 'requests-per-endpoint';

/** The REST side of the venue: `/api/v5/…` market data. */
export class RestApi {
  readonly #context: OkxContext;
  readonly #enforce: boolean;
  readonly #endpoints: ReadonlyMap<string, Endpoint> = new Map(Object.entries(endpoints()));
  readonly #used: PerAddress<CalendarWindow>;

  constructor(context: OkxContext, enforce: boolean) {
    this.#context = context;
    this.#enforce = enforce;
    this.#used = new PerAddress(() => new CalendarWindow(context.rules.requestWindowMs));
  }

  handle(request: RestRequest): RestResponse {
    const endpoint = this.#endpoints.get(request.path);
    if (!endpoint) return rejections.notFound().response;
    const violated = this.#exceeds(request, endpoint) ? [LIMIT_RULE] : [];
    if (violated.length > 0 && this.#enforce) return { ...failure(429), violated };
    return { ...this.#answer(request, endpoint), violated };
  }

  #answer(request: RestRequest, endpoint: Endpoint): RestResponse {
    try {
      if (request.method !== 'GET') throw rejections.badMethod();
      const items = endpoint.answer(this.#context, new RestParameters(request.query));
      const body = `{"code":"0","msg":"","data":[${items.join(',')}]}`;
      return { status: 200, headers: { 'content-type': JSON_TYPE }, body };
    } catch (error) {
      if (!(error instanceof OkxError)) throw error;
      return error.response;
    }
  }

  // The guide names a number of requests within two seconds but no kind of window: one on the clock is the mildest.
  #exceeds({ path, remoteAddress, query }: RestRequest, { limit, scope }: Endpoint): boolean {
    const account = `${path} ${this.#scopeOf(scope, query)} ${remoteAddress}`;
    const { rules, time } = this.#context;
    return this.#used.of(account).add(1, time.now()) > rules[limit];
  }

  // Values that nobody knows share an account, so that inventing them does not get round the limit.
  #scopeOf(scope: Endpoint['scope'], query: URLSearchParams): string {
    if (!scope) return '';
    const value = query.get(scope) ?? '';
    const known =
      scope === 'instId'
        ? this.#context.instruments.named(value) !== undefined
        : INSTRUMENT_TYPES.some((type) => type === value);
    return known ? value : '';
  }
}

function endpoints(): Record<string, Endpoint> {
  const statistics = '/api/v5/rubik/stat/contracts/long-short';
  return {
    '/api/v5/public/time': systemTime,
    '/api/v5/public/instruments': instruments(),
    '/api/v5/public/funding-rate': fundingRate,
    '/api/v5/public/open-interest': openInterest,
    '/api/v5/public/mark-price': markPrice,
    '/api/v5/market/books': books,
    '/api/v5/market/trades': trades,
    '/api/v5/market/candles': candles,
    '/api/v5/market/history-candles': historyCandles,
    '/api/v5/market/ticker': ticker,
    '/api/v5/market/tickers': tickers,
    [`${statistics}-account-ratio`]: currencyRatio,
    [`${statistics}-account-ratio-contract`]: contractRatio(0),
    [`${statistics}-account-ratio-contract-top-trader`]: contractRatio(1),
    [`${statistics}-position-ratio-contract-top-trader`]: contractRatio(2),
  };
}
