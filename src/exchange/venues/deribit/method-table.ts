import type { Method } from './method.js';
import {
  getFundingChartData,
  getFundingRateHistory,
  getFundingRateValue,
  getVolatilityIndexData,
} from './methods/history.js';
import { getChartData, getOrderBook, getTicker } from './methods/market-data.js';
import {
  getBookSummaryByCurrency,
  getBookSummaryByInstrument,
  getCurrencies,
  getIndexPrice,
  getIndexPriceNames,
  getInstrument,
  getInstruments,
  getStatus,
  getTime,
} from './methods/reference.js';
import {
  authorize,
  authorizedOnly,
  disableHeartbeat,
  hello,
  setHeartbeat,
  subscribe,
  test,
  unsubscribe,
  unsubscribeAll,
} from './methods/socket.js';
import { getLastTrades, getLastTradesByTime } from './methods/trades.js';
import type { DeribitRules } from './rules.js';

/** Every method by name, for all transports. */
export function methodTable(rules: DeribitRules): ReadonlyMap<string, Method> {
  return new Map<string, Method>([
    ['public/get_time', getTime],
    ['public/test', test],
    ['public/hello', hello],
    ['public/status', getStatus],
    ['public/auth', authorize],
    ['public/get_currencies', getCurrencies],
    ['public/get_instruments', getInstruments],
    ['public/get_instrument', getInstrument],
    ['public/get_order_book', getOrderBook],
    ['public/ticker', getTicker],
    ['public/get_last_trades_by_instrument', getLastTrades],
    ['public/get_last_trades_by_instrument_and_time', getLastTradesByTime],
    ['public/get_tradingview_chart_data', getChartData],
    ['public/get_book_summary_by_currency', getBookSummaryByCurrency],
    ['public/get_book_summary_by_instrument', getBookSummaryByInstrument],
    ['public/get_funding_rate_history', getFundingRateHistory],
    ['public/get_funding_rate_value', getFundingRateValue],
    ['public/get_funding_chart_data', getFundingChartData],
    ['public/get_volatility_index_data', getVolatilityIndexData],
    ['public/get_index_price', getIndexPrice],
    ['public/get_index_price_names', getIndexPriceNames],
    ['public/set_heartbeat', setHeartbeat],
    ['public/disable_heartbeat', disableHeartbeat],
    ['public/subscribe', subscribe(rules)],
    ['public/unsubscribe', unsubscribe],
    ['public/unsubscribe_all', unsubscribeAll],
    ['private/subscribe', authorizedOnly(subscribe(rules))],
    ['private/unsubscribe', authorizedOnly(unsubscribe)],
    ['private/unsubscribe_all', authorizedOnly(unsubscribeAll)],
  ]);
}
