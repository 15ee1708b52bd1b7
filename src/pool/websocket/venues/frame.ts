import type { DecodedFrame, StreamData } from '../protocol.js';

/** A message while it is put together. */
export type DraftMessage = { -readonly [K in keyof StreamData]: StreamData[K] };

export const OTHER: DecodedFrame = { kind: 'other' };

/** A reader of frames that takes what is no JSON object, or not of the shape it expects, for nothing. */
export function reader<T extends object>(read: (frame: Partial<T>) => DecodedFrame): (text: string) => DecodedFrame {
  return (text) => {
    try {
      const frame: unknown = JSON.parse(text);
      return typeof frame === 'object' && frame !== null ? read(frame) : OTHER;
    } catch {
      return OTHER;
    }
  };
}

/** A message to which whatever else is known is added one by one: spreading it in costs as much as a short parse. */
export function draft(stream: string, firstId: number, lastId: number, payload: unknown): DraftMessage {
  return { kind: 'data', stream, firstId, lastId, payload };
}
