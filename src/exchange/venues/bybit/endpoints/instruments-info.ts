import { type Endpoint, chosenInstruments } from '../endpoint.js';
import type { Instrument } from '../instruments.js';
import { rejections } from '../rest-errors.js';

const LAUNCHED = '1585526400000';
const CURSOR = /last(?:=|%3D)([^&%]+)$/;

/** `GET /v5/market/instruments-info`. Listings never change, so each is written once. */
export function instrumentsInfo(): Endpoint {
  const written = new WeakMap<Instrument, string>();
  const listing = (instrument: Instrument): string => {
    const json = written.get(instrument) ?? JSON.stringify(describe(instrument));
    written.set(instrument, json);
    return json;
  };
  return (context, parameters) => {
    const category = parameters.category();
    const base = parameters.text('baseCoin');
    // Everything is trading, so another status finds nothing.
    const trading = (parameters.text('status') ?? 'Trading') === 'Trading';
    const all = trading ? chosenInstruments(context, category, parameters) : [];
    const chosen = base === undefined ? all : all.filter(({ market }) => market.spec.base === base);
    if (category === 'spot') return `{"category":"spot","list":[${chosen.map(listing).join(',')}]}`;
    const limit = parameters.limit(500, 1000);
    const from = startOf(chosen, parameters.text('cursor'));
    const page = chosen.slice(from, from + limit);
    const cursor = from + limit < chosen.length ? cursorOf(page) : '';
    return `{"category":"${category}","list":[${page.map(listing).join(',')}],"nextPageCursor":"${cursor}"}`;
  };
}

function cursorOf(page: readonly Instrument[]): string {
  return `first%3D${page[0]?.name ?? ''}%26last%3D${page.at(-1)?.name ?? ''}`;
}

function startOf(all: readonly Instrument[], cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const last = CURSOR.exec(cursor)?.[1];
  const index = all.findIndex(({ name }) => name === last);
  if (index < 0) throw rejections.invalid('cursor');
  return index + 1;
}

function describe(instrument: Instrument): object {
  return instrument.contract ? contractListing(instrument) : spotListing(instrument);
}

function spotListing(instrument: Instrument): object {
  const { base, quote, rank, meanLots, priceDecimals, lotDecimals } = instrument.market.spec;
  const maximum = instrument.quantity(meanLots * 1000);
  return {
    symbolId: rank + 1,
    symbol: instrument.name,
    baseCoin: base,
    quoteCoin: quote,
    innovation: '0',
    status: 'Trading',
    marginTrading: 'utaOnly',
    stTag: '0',
    lotSizeFilter: {
      basePrecision: instrument.quantity(1),
      quotePrecision: (10 ** -(priceDecimals + lotDecimals)).toFixed(priceDecimals + lotDecimals),
      minOrderQty: instrument.quantity(1),
      maxOrderQty: maximum,
      minOrderAmt: '5',
      maxOrderAmt: '8000000',
      maxLimitOrderQty: maximum,
      maxMarketOrderQty: maximum,
    },
    priceFilter: { tickSize: instrument.price(1) },
    riskParameters: { priceLimitRatioX: '0.005', priceLimitRatioY: '0.01' },
    symbolType: '',
  };
}

function contractListing(instrument: Instrument): object {
  const { base, quote, rank, meanLots, initialTicks, priceDecimals } = instrument.market.spec;
  const maximum = instrument.quantity(meanLots * 1000);
  return {
    symbol: instrument.name,
    symbolId: rank + 1,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: base,
    quoteCoin: quote,
    launchTime: LAUNCHED,
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(priceDecimals),
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: {
      minPrice: instrument.price(1),
      maxPrice: instrument.price(initialTicks * 10),
      tickSize: instrument.price(1),
    },
    lotSizeFilter: {
      maxOrderQty: maximum,
      minOrderQty: instrument.quantity(1),
      qtyStep: instrument.quantity(1),
      postOnlyMaxOrderQty: maximum,
      maxMktOrderQty: maximum,
      minNotionalValue: '5',
    },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    settleCoin: quote,
    copyTrading: 'both',
    upperFundingRate: '0.005',
    lowerFundingRate: '-0.005',
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' },
    symbolType: '',
  };
}
