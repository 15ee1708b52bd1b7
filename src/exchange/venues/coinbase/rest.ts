import type { RestRequest, RestResponse } from '../../venue.js';
import type { AddressAccounts } from './address-accounts.js';
import type { Answer, CoinbaseContext, ProductEndpoint, VenueEndpoint } from './endpoint.js';
import { book } from './endpoints/book.js';
import { candles } from './endpoints/candles.js';
import { stats, ticker } from './endpoints/summaries.js';
import { trades } from './endpoints/trades.js';
import { isoTime } from './iso-time.js';
import { currencyListings, productListing } from './listings.js';
import { CoinbaseError, errorResponse, failure, rejections } from './rest-errors.js';

const PRODUCT_PATH = /^\/products\/([^/]+)(?:\/([a-z]+))?$/;
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

const OF_PRODUCT: Readonly<Record<string, ProductEndpoint>> = { book, candles, stats, ticker, trades };

/** The REST side of the venue: public market data. */
export class RestApi {
  readonly #context: CoinbaseContext;
  readonly #accounts: AddressAccounts;
  readonly #enforce: boolean;
  readonly #ofVenue: ReadonlyMap<string, VenueEndpoint>;

  constructor(context: CoinbaseContext, accounts: AddressAccounts, enforce: boolean) {
    this.#context = context;
    this.#accounts = accounts;
    this.#enforce = enforce;
    this.#ofVenue = new Map(Object.entries(venueEndpoints(context)));
  }

  handle(request: RestRequest): RestResponse {
    const broken = !this.#accounts.of(request.remoteAddress).request();
    const violated = broken ? ['requests-per-second'] : [];
    return { ...(broken && this.#enforce ? failure(429) : this.#respond(request)), violated };
  }

  #respond(request: RestRequest): RestResponse {
    try {
      const { body, headers } = this.#answer(request);
      return { status: 200, headers: { ...JSON_TYPE, ...headers }, body };
    } catch (error) {
      if (!(error instanceof CoinbaseError)) throw error;
      return errorResponse(error.status, error.message);
    }
  }

  #answer({ method, path, query }: RestRequest): Answer {
    if (method !== 'GET') throw rejections.notFound();
    const ofVenue = this.#ofVenue.get(path);
    if (ofVenue) return ofVenue(this.#context);
    const [, id = '', kind] = PRODUCT_PATH.exec(path) ?? [];
    const product = this.#context.products.withId(id);
    if (!product) throw rejections.notFound();
    if (kind === undefined) return { body: JSON.stringify(productListing(product)) };
    const ofProduct = Object.hasOwn(OF_PRODUCT, kind) ? OF_PRODUCT[kind] : undefined;
    if (!ofProduct) throw rejections.notFound();
    return ofProduct(this.#context, product, query);
  }
}

/** Listings never change, so each is written once. */
function venueEndpoints({ products }: CoinbaseContext): Record<string, VenueEndpoint> {
  const productList = JSON.stringify(products.all.map(productListing));
  const currencyList = JSON.stringify(currencyListings(products.all));
  return {
    '/time': ({ time }) => {
      const now = time.now();
      return { body: `{"iso":"${isoTime(now)}","epoch":${(now / 1e3).toFixed(3)}}` };
    },
    '/products': () => ({ body: productList }),
    '/currencies': () => ({ body: currencyList }),
  };
}
