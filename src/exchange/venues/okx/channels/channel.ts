import type { Counter, Feed, FeedEvent } from '../../../feed/index.js';
import type { OkxContext } from '../context.js';
import type { OkxInstrument } from '../instruments.js';

/** What the channel of one instrument may look at. */
export interface ChannelContext extends OkxContext {
  readonly instrument: OkxInstrument;
  /** `{"channel":"…","instId":"…"}`, as it stands in every push. */
  readonly arg: string;
  /** Outlives the feed, for channels whose pushes have no id of their own. */
  readonly counter: Counter;
}

export type OpenChannel = (context: ChannelContext) => Feed;

/** A push with these items of `data`, as JSON. */
export function push(arg: string, firstId: number, lastId: number, items: string): FeedEvent {
  return { firstId, lastId, frame: () => `{"arg":${arg},"data":[${items}]}` };
}

/**
 * A feed whose ids are a counter's. A newcomer is greeted with the present state; it gets the id of the last push,
 * for it stands where that one did.
 */
export function countedFeed(
  { arg, counter, instrument, time }: ChannelContext,
  row: (marketMs: number) => string,
  poll: (marketMs: number) => readonly string[],
): Feed {
  return {
    symbol: instrument.id,
    get nextId() {
      return counter.next;
    },
    greet: () => [push(arg, counter.next - 1, counter.next - 1, row(time.marketNow()))],
    poll: (marketMs) =>
      poll(marketMs).map((items) => {
        const id = counter.next++;
        return push(arg, id, id, items);
      }),
  };
}
