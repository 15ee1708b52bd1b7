import { type Endpoint, answerEach } from '../binance-common/endpoint.js';
import { dayStatistics } from '../binance-common/statistics.js';
import { lastPrice, restTouch, statisticsJson } from '../binance-common/ticker-json.js';

/** `GET /fapi/v1/ticker/24hr` */
export const dayTicker: Endpoint = {
  parameters: ['symbol'],
  answer: (context, parameters) => {
    const { time } = context;
    const now = time.marketNow();
    return answerEach(
      context,
      parameters,
      (symbol) => {
        const day = dayStatistics(symbol, now);
        const { moves, last, range, volume, ids } = statisticsJson(day);
        const times = `"openTime":${time.stampOf(day.fromMs)},"closeTime":${time.stampOf(now)}`;
        return `{"symbol":"${symbol.name}",${moves},${last},"lastQty":"${day.lastQuantity}",${range},${volume},${times},${ids}}`;
      },
      (_count, form) => (form === 'all' ? 40 : 1),
    );
  },
};

/** `GET /fapi/v1/ticker/price`: the last trade's price. */
export const priceTicker: Endpoint = {
  parameters: ['symbol'],
  answer: (context, parameters) =>
    answerEach(
      context,
      parameters,
      (symbol) => `{"symbol":"${symbol.name}","price":"${lastPrice(context, symbol)}","time":${context.time.stamp()}}`,
      (_count, form) => (form === 'all' ? 2 : 1),
    ),
};

/** `GET /fapi/v1/ticker/bookTicker`: the best bid and ask. */
export const bookTicker: Endpoint = {
  parameters: ['symbol'],
  answer: (context, parameters) =>
    answerEach(
      context,
      parameters,
      (symbol) => {
        const { book } = symbol.market;
        const change = book.changeAt(context.time.marketNow());
        return `{"symbol":"${symbol.name}",${restTouch(symbol, book.touch(change))},"time":${context.time.stamp()},"lastUpdateId":${book.updateId(change)}}`;
      },
      (_count, form) => (form === 'all' ? 5 : 2),
    ),
};
