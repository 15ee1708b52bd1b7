import type { Counter, Feed } from '../../feed/index.js';
import type { MarketSymbol } from '../../market/index.js';
import { type OpenChannel, type OpenVenueChannel, feedOf } from './channel.js';
import type { EndpointContext } from './endpoint.js';
import type { FrameForm } from './frame-form.js';

/** The streams that a venue has. */
export interface StreamTable<M extends MarketSymbol> {
  /** The channel behind `btcusdt@<kind>`. */
  channel(kind: string): OpenChannel<M> | undefined;
  /** The channel behind a stream of the whole venue, `!…`. */
  venueChannel(stream: string): OpenVenueChannel<M> | undefined;
}

/** Opens the feed of a stream, or undefined when the venue has none of that name. */
export function openStream<M extends MarketSymbol>(
  table: StreamTable<M>,
  context: EndpointContext<M>,
  stream: string,
  counter: Counter,
): Feed<FrameForm> | undefined {
  if (stream.startsWith('!')) {
    const open = table.venueChannel(stream);
    return open && feedOf(stream, '', open({ ...context, counter }));
  }
  const { symbol: name, kind } = splitStream(stream);
  const symbol = context.symbols.streamed(name);
  const open = table.channel(kind);
  return symbol && open && feedOf(stream, symbol.name, open({ ...context, symbol, counter }));
}

/** Splits `btcusdt@depth@100ms` into symbol and kind. */
export function splitStream(stream: string): { readonly symbol: string; readonly kind: string } {
  const at = stream.indexOf('@');
  return at < 0 ? { symbol: '', kind: '' } : { symbol: stream.slice(0, at), kind: stream.slice(at + 1) };
}
