import { Beat } from '../../../feed/index.js';
import type { MarketSymbol } from '../../../market/index.js';
import type { Channel, ChannelContext, VenueContext, WriteJson } from '../channel.js';
import type { EndpointContext } from '../endpoint.js';
import type { BinanceSymbol } from '../symbols.js';

/** The moment that a report is about: market time, and calendar time at which it is sent. */
export interface Moment {
  readonly marketMs: number;
  readonly wallMs: number;
}

/** Writes what there is to say about a symbol at a moment. */
export type WriteReport<M extends MarketSymbol = MarketSymbol> = (
  context: EndpointContext<M>,
  symbol: BinanceSymbol<M>,
  moment: Moment,
) => WriteJson;

/** A report on one symbol every `periodMs`. Ids are a counter's. */
export function reportChannel<M extends MarketSymbol>(
  context: ChannelContext<M>,
  periodMs: number,
  write: WriteReport<M>,
): Channel {
  const { counter, symbol, time } = context;
  const beat = new Beat(periodMs, symbol.market.spec.rank, time.marketNow());
  return {
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const id = counter.next++;
      return [{ firstId: id, lastId: id, json: write(context, symbol, { marketMs, wallMs: time.now() }) }];
    },
  };
}

/** Reports on many symbols in one array every `periodMs`: on all, or on those that traded since the last one. */
export function arrayChannel<M extends MarketSymbol>(
  context: VenueContext<M>,
  periodMs: number,
  which: 'all' | 'traded',
  write: WriteReport<M>,
): Channel {
  const { counter, symbols, time } = context;
  const beat = new Beat(periodMs, 0, time.marketNow());
  let sinceMs = time.marketNow();
  const reported = ({ market: { tape } }: BinanceSymbol<M>, marketMs: number): boolean =>
    which === 'all' || tape.nextTradeId(marketMs) > tape.nextTradeId(sinceMs);
  return {
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const moment = { marketMs, wallMs: time.now() };
      const chosen = symbols.all.filter((symbol) => reported(symbol, marketMs));
      sinceMs = marketMs;
      const reports = chosen.map((symbol) => write(context, symbol, moment));
      if (reports.length === 0) return [];
      const id = counter.next++;
      return [{ firstId: id, lastId: id, json: (unit) => `[${reports.map((report) => report(unit)).join(',')}]` }];
    },
  };
}
