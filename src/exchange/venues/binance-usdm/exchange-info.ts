import type { Endpoint } from '../binance-common/endpoint.js';
import type { BinanceSymbol } from '../binance-common/symbols.js';
import type { BinanceUsdmRules } from './rules.js';

const WEIGHT = 1;
/** "Never", as the venue writes it for contracts without an end: 2100-12-25. */
const NEVER_MS = 4_133_404_800_000;
const ONBOARDED_MS = 1_569_398_400_000;

/** `GET /fapi/v1/exchangeInfo`. Listings never change, so they are written once. */
export function exchangeInfo({ weightPerWindow }: BinanceUsdmRules): Endpoint {
  const limits = JSON.stringify([
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: weightPerWindow },
    { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
  ]);
  const assets = JSON.stringify([{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }]);
  let listings: string | undefined;
  return {
    parameters: [],
    answer: ({ symbols, time }) => {
      listings ??= JSON.stringify(symbols.all.map(describe));
      const head = `"timezone":"UTC","serverTime":${time.stamp()},"futuresType":"U_MARGINED","rateLimits":${limits}`;
      return { body: `{${head},"exchangeFilters":[],"assets":${assets},"symbols":${listings}}`, weight: WEIGHT };
    },
  };
}

function describe(symbol: BinanceSymbol): object {
  const { base, quote, priceDecimals, lotDecimals } = symbol.market.spec;
  return {
    symbol: symbol.name,
    pair: symbol.name,
    contractType: 'PERPETUAL',
    deliveryDate: NEVER_MS,
    onboardDate: ONBOARDED_MS,
    status: 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: base,
    quoteAsset: quote,
    marginAsset: quote,
    pricePrecision: priceDecimals,
    quantityPrecision: lotDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: ['PoW'],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10_000,
    filters: filtersOf(symbol),
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
  };
}

function filtersOf(symbol: BinanceSymbol): object[] {
  const { initialTicks, meanLots } = symbol.market.spec;
  const lots = (most: number): object => ({
    minQty: symbol.quantity(1),
    maxQty: symbol.quantity(meanLots * most),
    stepSize: symbol.quantity(1),
  });
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: symbol.price(1),
      maxPrice: symbol.price(initialTicks * 10),
      tickSize: symbol.price(1),
    },
    { filterType: 'LOT_SIZE', ...lots(1000) },
    { filterType: 'MARKET_LOT_SIZE', ...lots(100) },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
    { filterType: 'MIN_NOTIONAL', notional: '5' },
    { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
  ];
}
