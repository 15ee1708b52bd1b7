import type { Liquidation, PerpetualSymbol } from '../../market/index.js';
import {
  type Channel,
  type ChannelContext,
  type SymbolContext,
  type VenueContext,
  type WriteJson,
  sentAt,
} from '../binance-common/channel.js';

/** `<symbol>@forceOrder`: every liquidation as it happens; ids are the market's. */
export function liquidationChannel(context: ChannelContext<PerpetualSymbol>): Channel {
  const { symbol, time } = context;
  const { contract } = symbol.market;
  let nextId = contract.nextLiquidationId(time.marketNow());
  return {
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      const happened = contract.liquidations(nextId, marketMs);
      nextId += happened.length;
      const wallMs = time.now();
      return happened.map((one) => ({ firstId: one.id, lastId: one.id, json: forceOrder(context, one, wallMs) }));
    },
  };
}

/** `!forceOrder@arr`: the liquidations of all symbols, one event each. Ids are a counter's. */
export function allLiquidationsChannel({ symbols, time, counter }: VenueContext<PerpetualSymbol>): Channel {
  const start = time.marketNow();
  const next = new Map(symbols.all.map((symbol) => [symbol, symbol.market.contract.nextLiquidationId(start)]));
  return {
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      const happened = symbols.all.flatMap((symbol) => {
        const fromId = next.get(symbol) ?? 0;
        const ones = symbol.market.contract.liquidations(fromId, marketMs);
        next.set(symbol, fromId + ones.length);
        return ones.map((one) => ({ symbol, one }));
      });
      const wallMs = time.now();
      return happened
        .sort((a, b) => a.one.marketMs - b.one.marketMs)
        .map(({ symbol, one }) => {
          const id = counter.next++;
          return { firstId: id, lastId: id, json: forceOrder({ symbol, time }, one, wallMs) };
        });
    },
  };
}

function forceOrder({ symbol, time }: SymbolContext, one: Liquidation, wallMs: number): WriteJson {
  const price = symbol.price(one.ticks);
  const quantity = symbol.quantity(one.lots);
  const order = `"s":"${symbol.name}","S":"${one.sold ? 'SELL' : 'BUY'}","o":"LIMIT","f":"IOC","q":"${quantity}","p":"${price}","ap":"${price}","X":"FILLED","l":"${quantity}","z":"${quantity}"`;
  return (unit) =>
    `{"e":"forceOrder","E":${sentAt(wallMs, unit)},"o":{${order},"T":${time.stampOf(one.marketMs, unit)}}}`;
}
