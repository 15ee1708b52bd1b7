import { Beat, type Counter, type Feed } from '../../../feed/index.js';
import { type ChannelContext, type OpenChannel, event } from '../channel.js';
import { isoTime } from '../iso-time.js';
import { currencyListings, productListing } from '../listings.js';

const HEARTBEAT_PERIOD_MS = 1_000;
const STATUS_PERIOD_MS = 5_000;

/** `heartbeat`: each second, how far the product's sequence and trades are. Ids are a counter's. */
export const heartbeat: OpenChannel = ({ counter, time }, product) => {
  const { spec, tape } = product.market;
  return periodic(counter, product.id, new Beat(HEARTBEAT_PERIOD_MS, spec.rank, time.marketNow()), (now) => {
    const reached = `"sequence":${product.sequenceAt(now)},"last_trade_id":${tape.nextTradeId(now) - 1}`;
    return `{"type":"heartbeat",${reached},"product_id":"${product.id}","time":"${isoTime(time.now())}"}`;
  });
};

/** `status`: every product and currency, every five seconds. Ids are a counter's. */
export function status({ counter, products, time }: ChannelContext): Feed {
  const listings = products.all.map((product) => ({ type: 'spot', ...productListing(product) }));
  const json = JSON.stringify({ type: 'status', products: listings, currencies: currencyListings(products.all) });
  return periodic(counter, '', new Beat(STATUS_PERIOD_MS, 0, time.marketNow()), () => json);
}

function periodic(counter: Counter, symbol: string, beat: Beat, write: (marketMs: number) => string): Feed {
  return {
    symbol,
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const id = counter.next++;
      return [event(id, id, write(marketMs))];
    },
  };
}
