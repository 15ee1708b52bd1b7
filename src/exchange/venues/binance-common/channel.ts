import type { Counter, Feed, FeedEvent, VenueTime } from '../../feed/index.js';
import type { MarketSymbol } from '../../market/index.js';
import type { EndpointContext } from './endpoint.js';
import type { FrameForm, TimeUnit } from './frame-form.js';
import type { BinanceSymbol } from './symbols.js';

/** Writes JSON with its timestamps in a unit. */
export type WriteJson = (unit: TimeUnit) => string;

/** The ids that an event covers, and its JSON. */
export interface ChannelEvent {
  readonly firstId: number;
  readonly lastId: number;
  readonly json: WriteJson;
  /** The JSON with a bid above the ask; left out where there is no book. */
  readonly crossed?: WriteJson;
}

/** What feeds one stream while it has subscribers, before it is put into frames. */
export interface Channel {
  /** The first id that a later event can carry. */
  readonly nextId: number;
  /** Events that fell due by this market time, oldest first. */
  poll(marketMs: number): readonly ChannelEvent[];
}

/** What is needed to write about a symbol. */
export interface SymbolContext {
  readonly symbol: BinanceSymbol;
  readonly time: VenueTime;
}

/** What a channel of the whole venue may look at; `counter` outlives it, for events that have no id of their own. */
export interface VenueContext<M extends MarketSymbol = MarketSymbol> extends EndpointContext<M> {
  readonly counter: Counter;
}

/** What a channel of one symbol may look at. */
export interface ChannelContext<M extends MarketSymbol = MarketSymbol> extends VenueContext<M> {
  readonly symbol: BinanceSymbol<M>;
}

export type OpenChannel<M extends MarketSymbol = MarketSymbol> = (context: ChannelContext<M>) => Channel;
export type OpenVenueChannel<M extends MarketSymbol = MarketSymbol> = (context: VenueContext<M>) => Channel;

/** A channel as a feed: each event in the forms that connections ask for. */
export function feedOf(stream: string, symbol: string, channel: Channel): Feed<FrameForm> {
  const wrap = (write: WriteJson, { combined, unit }: FrameForm): string =>
    combined ? `{"stream":"${stream}","data":${write(unit)}}` : write(unit);
  const frames = ({ firstId, lastId, json, crossed }: ChannelEvent): FeedEvent<FrameForm> => ({
    firstId,
    lastId,
    frame: (form) => wrap(json, form),
    ...(crossed && { spoiled: (spoil, form) => (spoil === 'crossed' ? wrap(crossed, form) : undefined) }),
  });
  return {
    symbol,
    get nextId() {
      return channel.nextId;
    },
    poll: (marketMs) => channel.poll(marketMs).map((event) => frames(event)),
  };
}

/** Whole units of the calendar time at which an event is sent. */
export function sentAt(wallMs: number, unit: number): number {
  return Math.floor(wallMs * unit);
}
