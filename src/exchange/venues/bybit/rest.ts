import type { RestRequest, RestResponse } from '../../venue.js';
import type { AddressAccounts } from './address-accounts.js';
import type { BybitContext, Endpoint } from './endpoint.js';
import { accountRatio, fundingHistory, openInterest } from './endpoints/contract-data.js';
import { instrumentsInfo } from './endpoints/instruments-info.js';
import { kline } from './endpoints/kline.js';
import { orderbook } from './endpoints/orderbook.js';
import { recentTrade } from './endpoints/recent-trade.js';
import { tickers } from './endpoints/tickers.js';
import { BybitError, envelope, failure, jsonResponse } from './rest-errors.js';
import { RestParameters } from './rest-parameters.js';

const OK = 'OK';

/** The REST side of the venue: `/v5/market/…`. */
export class RestApi {
  readonly #context: BybitContext;
  readonly #accounts: AddressAccounts;
  readonly #enforce: boolean;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(context: BybitContext, accounts: AddressAccounts, enforce: boolean) {
    this.#context = context;
    this.#accounts = accounts;
    this.#enforce = enforce;
    this.#endpoints = new Map(Object.entries(endpoints()));
  }

  handle(request: RestRequest): RestResponse {
    const account = this.#accounts.of(request.remoteAddress);
    const violated = account.request() ? [] : ['requests-per-window'];
    if (this.#enforce && account.banned) return { ...failure(403, this.#context.time.now()), violated };
    return { ...this.#respond(request), violated };
  }

  #respond({ method, path, query }: RestRequest): RestResponse {
    const { time } = this.#context;
    const endpoint = this.#endpoints.get(path);
    if (!endpoint || method !== 'GET') return failure(404, time.now());
    try {
      const result = endpoint(this.#context, new RestParameters(query));
      return jsonResponse(200, envelope(0, OK, result, time.now()));
    } catch (error) {
      if (!(error instanceof BybitError)) throw error;
      return jsonResponse(200, envelope(error.retCode, error.message, '{}', time.now()));
    }
  }
}

function endpoints(): Record<string, Endpoint> {
  return {
    '/v5/market/time': ({ time }) => {
      const nowMs = time.stamp();
      return `{"timeSecond":"${Math.floor(nowMs / 1e3)}","timeNano":"${nowMs}000000"}`;
    },
    '/v5/market/instruments-info': instrumentsInfo(),
    '/v5/market/orderbook': orderbook,
    '/v5/market/recent-trade': recentTrade,
    '/v5/market/kline': kline,
    '/v5/market/tickers': tickers,
    '/v5/market/funding/history': fundingHistory,
    '/v5/market/open-interest': openInterest,
    '/v5/market/account-ratio': accountRatio,
  };
}
