import { type Endpoint, chosenSymbols } from '../binance-common/endpoint.js';
import { rejections } from '../binance-common/rest-errors.js';
import type { BinanceSymbol } from '../binance-common/symbols.js';
import type { BinanceRules } from './rules.js';

const WEIGHT = 20;
const STATUSES = new Set(['TRADING', 'HALT', 'BREAK']);

/** `GET /api/v3/exchangeInfo`. Listings never change, so each is written once. */
export function exchangeInfo({ weightPerWindow, requestsPerWindow }: BinanceRules): Endpoint {
  const limits = JSON.stringify([
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: weightPerWindow },
    { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: requestsPerWindow },
  ]);
  const written = new WeakMap<BinanceSymbol, { readonly full: string; readonly brief: string }>();
  const listing = (symbol: BinanceSymbol, withPermissions: boolean): string => {
    const forms = written.get(symbol) ?? {
      full: JSON.stringify(describe(symbol, true)),
      brief: JSON.stringify(describe(symbol, false)),
    };
    written.set(symbol, forms);
    return withPermissions ? forms.full : forms.brief;
  };
  return {
    parameters: ['symbol', 'symbols', 'permissions', 'showPermissionSets', 'symbolStatus'],
    answer: (context, parameters) => {
      const status = parameters.text('symbolStatus') ?? 'TRADING';
      if (!STATUSES.has(status)) throw rejections.badSymbolStatus();
      const { symbols } = chosenSymbols(context, parameters);
      const withPermissions = parameters.text('showPermissionSets') !== 'false';
      // Every symbol is trading, so another status finds none.
      const listings = status === 'TRADING' ? symbols.map((symbol) => listing(symbol, withPermissions)) : [];
      const head = `"timezone":"UTC","serverTime":${context.time.stamp()},"rateLimits":${limits}`;
      return { body: `{${head},"exchangeFilters":[],"symbols":[${listings.join(',')}]}`, weight: WEIGHT };
    },
  };
}

function describe(symbol: BinanceSymbol, withPermissions: boolean): object {
  const { base, quote } = symbol.market.spec;
  return {
    symbol: symbol.name,
    status: 'TRADING',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: true,
    cancelReplaceAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: true,
    filters: filtersOf(symbol),
    permissions: [],
    permissionSets: withPermissions ? [['SPOT', 'MARGIN']] : [],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT'],
  };
}

function filtersOf(symbol: BinanceSymbol): object[] {
  const { initialTicks, meanLots } = symbol.market.spec;
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: symbol.price(1),
      maxPrice: symbol.price(initialTicks * 10),
      tickSize: symbol.price(1),
    },
    {
      filterType: 'LOT_SIZE',
      minQty: symbol.quantity(1),
      maxQty: symbol.quantity(meanLots * 1000),
      stepSize: symbol.quantity(1),
    },
    { filterType: 'ICEBERG_PARTS', limit: 10 },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: symbol.quantity(0),
      maxQty: symbol.quantity(meanLots * 100),
      stepSize: symbol.quantity(0),
    },
    {
      filterType: 'TRAILING_DELTA',
      minTrailingAboveDelta: 10,
      maxTrailingAboveDelta: 2000,
      minTrailingBelowDelta: 10,
      maxTrailingBelowDelta: 2000,
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: '5',
      bidMultiplierDown: '0.2',
      askMultiplierUp: '5',
      askMultiplierDown: '0.2',
      avgPriceMins: 5,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: '5.00000000',
      applyMinToMarket: true,
      maxNotional: '9000000.00000000',
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
  ];
}
