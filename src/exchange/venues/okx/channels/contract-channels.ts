import { Beat, type Counter, type Feed } from '../../../feed/index.js';
import type { OkxContext } from '../context.js';
import { contractOf, fundingRow, liquidationRow, markPriceRow, markTicks, openInterestRow } from '../contract-rows.js';
import { type ChannelContext, countedFeed, push } from './channel.js';

// The venue pushes at some moment between 30 and 90 s after the last.
const FUNDING_PERIOD_MS = 60_000;
const INTEREST_PERIOD_MS = 3_000;
const MARK_PERIOD_MS = 200;
const STANDING_MARK_MS = 10_000;
const LIQUIDATION_PERIOD_MS = 100;

/** `funding-rate` */
export function fundingChannel(context: ChannelContext): Feed {
  const { instrument, time } = context;
  const beat = new Beat(FUNDING_PERIOD_MS, instrument.market.spec.rank, time.marketNow());
  const row = (marketMs: number): string => fundingRow(instrument, time, marketMs);
  return countedFeed(context, row, (marketMs) => (beat.due(marketMs) ? [row(marketMs)] : []));
}

/** `open-interest`: each 3 s when it changed. */
export function openInterestChannel(context: ChannelContext): Feed {
  const { instrument, time } = context;
  const contract = contractOf(instrument);
  const start = time.marketNow();
  const beat = new Beat(INTEREST_PERIOD_MS, instrument.market.spec.rank, start);
  let sent = contract.openInterestLots(start);
  const row = (marketMs: number): string => openInterestRow(instrument, time, marketMs);
  return countedFeed(context, row, (marketMs) => {
    if (!beat.due(marketMs)) return [];
    const lots = contract.openInterestLots(marketMs);
    if (lots === sent) return [];
    sent = lots;
    return [row(marketMs)];
  });
}

/** `mark-price`: each 200 ms when it changed, else each 10 s. */
export function markPriceChannel(context: ChannelContext): Feed {
  const { instrument, time } = context;
  const start = time.marketNow();
  const beat = new Beat(MARK_PERIOD_MS, instrument.market.spec.rank, start);
  let sent = { ticks: markTicks(instrument, start), atMs: start };
  const row = (marketMs: number): string => markPriceRow(instrument, time, marketMs);
  return countedFeed(context, row, (marketMs) => {
    if (!beat.due(marketMs)) return [];
    const ticks = markTicks(instrument, marketMs);
    if (ticks === sent.ticks && marketMs - sent.atMs < STANDING_MARK_MS) return [];
    sent = { ticks, atMs: marketMs };
    return [row(marketMs)];
  });
}

/** `liquidation-orders` of all contracts; ids are a counter's. Nothing is ever liquidated in a type not listed. */
export function liquidationChannel(context: OkxContext, arg: string, counter: Counter, type: string): Feed {
  const { time, instruments } = context;
  const start = time.marketNow();
  const beat = new Beat(LIQUIDATION_PERIOD_MS, 0, start);
  const contracts = instruments.ofType(type).map((instrument) => ({
    instrument,
    contract: contractOf(instrument),
    nextId: contractOf(instrument).nextLiquidationId(start),
  }));
  return {
    symbol: '',
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const found = contracts.flatMap((entry) => {
        const liquidations = entry.contract.liquidations(entry.nextId, marketMs);
        entry.nextId += liquidations.length;
        return liquidations.map((liquidation) => ({ instrument: entry.instrument, liquidation }));
      });
      found.sort((x, y) => x.liquidation.marketMs - y.liquidation.marketMs);
      return found.map(({ instrument, liquidation }) => {
        const id = counter.next++;
        return push(arg, id, id, liquidationRow(instrument, time, liquidation));
      });
    },
  };
}
