import type { ProductEndpoint } from '../endpoint.js';
import { isoTime } from '../iso-time.js';
import { rejections } from '../rest-errors.js';

/** `GET /products/{id}/book`: the best level, all levels, or all orders. */
export const book: ProductEndpoint = ({ books, time }, product, query) => {
  const level = levelOf(query.get('level') ?? '1');
  const now = time.marketNow();
  const sides = books.sides(product, product.market.book.changeAt(now), level);
  const state = `"sequence":${product.sequenceAt(now)},"auction_mode":false,"auction":null`;
  return { body: `{${sides},${state},"time":"${isoTime(time.now())}"}` };
};

function levelOf(text: string): 1 | 2 | 3 {
  if (text === '1') return 1;
  if (text === '2') return 2;
  if (text === '3') return 3;
  throw rejections.badLevel();
}
