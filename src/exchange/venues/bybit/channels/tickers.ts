import { Beat, type FeedEvent } from '../../../feed/index.js';
import { type ChannelContext, type OpenChannel, messageHead } from '../channel.js';
import type { TickerFields } from '../day-ticker.js';
import type { Instrument } from '../instruments.js';

const SPOT_PERIOD_MS = 50;
const CONTRACT_PERIOD_MS = 100;

/**
 * `tickers.{symbol}`: a snapshot, then whatever changed; of spot pairs the whole ticker each time. Ids are a
 * counter's, and the snapshot of a newcomer has that of the last message.
 */
export const tickers: OpenChannel = (context, instrument, topic) => {
  const { counter, time } = context;
  const periodMs = instrument.contract ? CONTRACT_PERIOD_MS : SPOT_PERIOD_MS;
  const start = time.marketNow();
  const beat = new Beat(periodMs, instrument.market.spec.rank, start);
  let sent = { fields: fieldsAt(context, instrument, start), marketMs: start };
  const write = (type: 'snapshot' | 'delta', fields: TickerFields, marketMs: number): string =>
    `${messageHead(instrument, topic, type, time.stamp())},"cs":${instrument.sequenceAt(marketMs)},"data":${JSON.stringify(fields)}}`;
  return {
    symbol: instrument.name,
    get nextId() {
      return counter.next;
    },
    greet: () => [event(counter.next - 1, write('snapshot', sent.fields, sent.marketMs))],
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const fields = fieldsAt(context, instrument, marketMs);
      const changes = Object.entries(fields).filter(([name, value]) => sent.fields[name] !== value);
      if (changes.length === 0) return [];
      sent = { fields, marketMs };
      const text = instrument.contract
        ? write('delta', { symbol: instrument.name, ...Object.fromEntries(changes) }, marketMs)
        : write('snapshot', fields, marketMs);
      return [event(counter.next++, text)];
    },
  };
};

function fieldsAt({ tickers: board }: ChannelContext, instrument: Instrument, marketMs: number): TickerFields {
  const day = board.day(instrument, marketMs);
  if (!instrument.contract) return { ...day, ...board.usdIndex(instrument, marketMs) };
  return { ...day, ...board.contract(instrument, marketMs), ...board.touch(instrument, marketMs) };
}

function event(id: number, text: string): FeedEvent {
  return { firstId: id, lastId: id, frame: () => text };
}
