import { Beat, type Counter, type Feed, type FeedEvent } from '../../feed/index.js';
import type { Spoil } from '../../venue.js';
import type { DeribitContext } from './context.js';
import type { DeribitInstrument } from './instruments.js';

/** What a channel's feed may look at; `counter` outlives the feed, for events that have no id of their own. */
export interface ChannelContext extends DeribitContext {
  readonly channel: string;
  readonly counter: Counter;
}

/** How often a channel speaks, by the last part of its name. 0: whenever there is something to say. */
const PERIODS: ReadonlyMap<string, number> = new Map([
  ['raw', 0],
  ['100ms', 100],
  ['agg2', 1000],
]);

/** Milliseconds between the messages of an interval, or undefined when there is none of that name. */
export function periodOf(interval: string | undefined): number | undefined {
  return PERIODS.get(interval ?? '');
}

/** True whenever a message may go out. */
export type Due = (marketMs: number) => boolean;

/** The beat of an instrument's channel; each instrument has a phase of its own. */
export function cadence(periodMs: number, instrument: DeribitInstrument, marketMs: number): Due {
  if (periodMs === 0) return () => true;
  const beat = new Beat(periodMs, instrument.market.spec.rank, marketMs);
  return (nowMs) => beat.due(nowMs);
}

/** A notification of `data` (JSON) that covers these ids. */
export function notification(
  channel: string,
  data: string,
  ids: { readonly firstId: number; readonly lastId: number },
  spoiled?: (spoil: Spoil) => string | undefined,
): FeedEvent {
  const frameOf = (json: string): string =>
    `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${json}}}`;
  const frame = frameOf(data);
  return {
    ...ids,
    frame: () => frame,
    ...(spoiled && {
      spoiled: (spoil) => {
        const json = spoiled(spoil);
        return json === undefined ? undefined : frameOf(json);
      },
    }),
  };
}

/** A feed whose every event tells the whole state, so that a newcomer is given the last one again. */
export function stateFeed(
  { channel, counter, time }: ChannelContext,
  symbol: string,
  read: (marketMs: number) => string,
  due: Due,
): Feed {
  const tell = (marketMs: number): FeedEvent => {
    const id = counter.next++;
    return notification(channel, read(marketMs), { firstId: id, lastId: id });
  };
  let last = tell(time.marketNow());
  return {
    symbol,
    get nextId() {
      return counter.next;
    },
    greet: () => [last],
    poll: (marketMs) => {
      if (!due(marketMs)) return [];
      last = tell(marketMs);
      return [last];
    },
  };
}
