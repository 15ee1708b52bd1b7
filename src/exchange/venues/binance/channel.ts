import type { Counter, Feed } from '../../feed/index.js';
import type { Spoil } from '../../venue.js';
import type { SnapshotWriter } from './depth.js';
import type { EndpointContext } from './endpoint.js';
import type { FrameForm, TimeUnit } from './frame-form.js';
import type { BinanceSymbol } from './symbols.js';

/** The ids that an event covers, and its JSON in a time unit. */
export interface ChannelEvent {
  readonly firstId: number;
  readonly lastId: number;
  json(unit: TimeUnit): string;
  /** The JSON made wrong on purpose. */
  spoiled?(spoil: Spoil, unit: TimeUnit): string | undefined;
}

/** What feeds one stream while it has subscribers, before it is put into frames. */
export interface Channel {
  /** The first id that a later event can carry. */
  readonly nextId: number;
  /** Events that fell due by this market time, oldest first. */
  poll(marketMs: number): readonly ChannelEvent[];
}

/** What a channel may look at; `counter` outlives the channel, for streams whose events have no id of their own. */
export interface ChannelContext extends EndpointContext {
  readonly snapshots: SnapshotWriter;
  readonly symbol: BinanceSymbol;
  readonly counter: Counter;
}

export type OpenChannel = (context: ChannelContext) => Channel;

/** A channel as a feed: each event in the forms that connections ask for. */
export function feedOf(stream: string, symbol: string, channel: Channel): Feed<FrameForm> {
  const wrap = (json: string, { combined }: FrameForm): string =>
    combined ? `{"stream":"${stream}","data":${json}}` : json;
  return {
    symbol,
    get nextId() {
      return channel.nextId;
    },
    poll: (marketMs) =>
      channel.poll(marketMs).map((event) => ({
        firstId: event.firstId,
        lastId: event.lastId,
        frame: (form) => wrap(event.json(form.unit), form),
        spoiled: (spoil, form) => {
          const json = event.spoiled?.(spoil, form.unit);
          return json === undefined ? undefined : wrap(json, form);
        },
      })),
  };
}

/** Whole units of the calendar time at which an event is sent. */
export function sentAt(wallMs: number, unit: number): number {
  return Math.floor(wallMs * unit);
}
