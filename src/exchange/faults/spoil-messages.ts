import type { Spoil, StreamMessage } from '../venue.js';
import type { Fault } from './fault.js';

/** Messages go out wrong in the given way; those that cannot be wrong in it are let pass. */
export function spoilMessages(spoil: Spoil): Fault {
  // A message is shared by all its subscribers, and so is its spoiled copy.
  const copies = new WeakMap<StreamMessage, StreamMessage>();
  return {
    unit: 'message',
    publish: (message) => {
      const copy = copies.get(message) ?? spoiledCopy(message, spoil);
      if (!copy) return undefined;
      copies.set(message, copy);
      return [copy];
    },
  };
}

function spoiledCopy(message: StreamMessage, spoil: Spoil): StreamMessage | undefined {
  const frame = message.spoiled?.(spoil);
  if (frame === undefined) return undefined;
  const { stream, symbol, firstId, lastId } = message;
  // Without `spoiled`: what is wrong in one way already is not replaced by what is wrong in another.
  return { stream, symbol, firstId, lastId, frame };
}
