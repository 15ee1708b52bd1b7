import type { Trade } from '../../../market/index.js';
import type { Answer, CoinbaseContext, ProductEndpoint } from '../endpoint.js';
import { isoTime } from '../iso-time.js';
import type { CoinbaseProduct } from '../products.js';
import { rejections } from '../rest-errors.js';

const MOST = 1000;
const INTEGER = /^\d{1,15}$/;

/** `GET /products/{id}/trades`: newest first; `after` asks for older ids, `before` for newer ones. */
export const trades: ProductEndpoint = (context, product, query): Answer => {
  const limit = limitOf(query.get('limit'));
  const after = cursorOf(query, 'after') ?? Infinity;
  const before = cursorOf(query, 'before') ?? 0;
  const now = context.time.marketNow();
  const { tape } = product.market;
  const end = Math.min(tape.nextTradeId(now), after);
  const first = Math.max(end - limit, before + 1, tape.oldestIds(now).tradeId);
  const page = first < end ? tape.trades(first, now, end - first).reverse() : [];
  const body = `[${page.map((trade) => tradeJson(context, product, trade)).join(',')}]`;
  return { body, headers: cursorsOf(page) };
};

function cursorsOf(page: readonly Trade[]): Record<string, string> {
  const [newest, oldest] = [page[0], page.at(-1)];
  return newest && oldest ? { 'cb-before': String(newest.id), 'cb-after': String(oldest.id) } : {};
}

// The side is the maker's: a trade that a seller took is one that a resting buyer made.
function tradeJson({ time }: CoinbaseContext, product: CoinbaseProduct, trade: Trade): string {
  const side = trade.buyerIsMaker ? 'buy' : 'sell';
  const what = `"size":"${product.size(trade.lots)}","price":"${product.price(trade.ticks)}"`;
  return `{"trade_id":${trade.id},"side":"${side}",${what},"time":"${isoTime(time.epochMs + trade.marketMs)}"}`;
}

function limitOf(text: string | null): number {
  if (text === null) return MOST;
  if (!INTEGER.test(text) || Number(text) === 0) throw rejections.badLimit();
  return Math.min(Number(text), MOST);
}

function cursorOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!INTEGER.test(text)) throw rejections.badCursor(name);
  return Number(text);
}
