import { BookPace, REST_DEPTH } from '../book-pace.js';
import { type Endpoint, requiredInstrument } from '../endpoint.js';

/** `GET /v5/market/orderbook`: the book as the topic of 1000 levels has it, with that topic's `u`. */
export const orderbook: Endpoint = (context, parameters) => {
  const category = parameters.category();
  const limit = parameters.limit(category === 'spot' ? 1 : 25, REST_DEPTH);
  const instrument = requiredInstrument(context, category, parameters);
  // What a closed symbol answers.
  if (!instrument) return '{"s":"","b":[],"a":[],"ts":0,"u":0,"seq":0,"cts":0}';
  const { books, time } = context;
  const pace = new BookPace(instrument, REST_DEPTH);
  const step = pace.stepAt(time.marketNow());
  const change = pace.changeOf(step);
  const sides = books.sides(instrument, change, limit);
  const ids = `"u":${pace.updateId(step)},"seq":${instrument.market.book.updateId(change)}`;
  const cts = time.stampOf(instrument.momentOf(change));
  return `{"s":"${instrument.name}",${sides},"ts":${time.stamp()},${ids},"cts":${cts}}`;
};
