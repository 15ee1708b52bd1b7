import type { ProductTable } from './products.js';
import type { StreamCall } from './stream-requests.js';
import { channelKind, partsOf, streamName } from './streams.js';

/** The streams that a request names, or the reason why it is refused as a whole. */
export type Selection = { readonly streams: readonly string[] } | { readonly reason: string };

/** Streams to begin: every channel must exist, and every product that it is asked for. */
export function streamsToBegin({ channels, signed }: StreamCall, products: ProductTable): Selection {
  if (channels.length === 0) return { reason: 'No channels provided' };
  const streams = new Set<string>();
  for (const { name, productIds } of channels) {
    const kind = channelKind(name);
    if (!kind) return { reason: `${name} is not a valid channel` };
    if (kind.signed && !signed) return { reason: `${name} requires authentication` };
    if (!kind.ofProducts) streams.add(streamName(name));
    else if (productIds.length === 0) return { reason: 'No products provided' };
    else for (const id of productIds) streams.add(streamName(name, id));
    const unknown = kind.ofProducts && productIds.find((id) => !products.withId(id));
    if (typeof unknown === 'string') return { reason: `${unknown} is not a valid product` };
  }
  return { streams: [...streams] };
}

/**
 * Streams to end, out of those that are live: a channel without products ends all of its products, products without
 * a channel end in all of theirs.
 */
export function streamsToEnd({ channels, productIds }: StreamCall, live: Iterable<string>): Selection {
  if (channels.length === 0 && productIds.length === 0) return { reason: 'No channels provided' };
  const unknown = channels.find(({ name }) => !channelKind(name));
  if (unknown) return { reason: `${unknown.name} is not a valid channel` };
  const choices = channels.length > 0 ? channels : [{ name: undefined, productIds }];
  const named = choices.map(({ name, productIds }) => ({ name, ids: new Set(productIds) }));
  const streams = [...live].filter((stream) => {
    const { channel, productId } = partsOf(stream);
    return named.some(
      ({ name, ids }) =>
        (name ?? channel) === channel && (productId === undefined || ids.size === 0 || ids.has(productId)),
    );
  });
  return { streams };
}

/** The reply to every request: all that is live, `{"type":"subscriptions","channels":[…]}`. */
export function subscriptionsJson(live: Iterable<string>): string {
  const channels = new Map<string, string[]>();
  for (const stream of live) {
    const { channel, productId } = partsOf(stream);
    const ids = channels.get(channel) ?? [];
    if (productId !== undefined) ids.push(productId);
    channels.set(channel, ids);
  }
  const list = [...channels].map(([name, ids]) => ({ name, product_ids: ids, account_ids: null }));
  return JSON.stringify({ type: 'subscriptions', channels: list });
}
