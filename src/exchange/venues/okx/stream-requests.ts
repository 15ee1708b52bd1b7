import { type StreamError, streamErrors } from './stream-errors.js';

/** One of `args`: what to subscribe to. */
export interface ChannelArgument {
  readonly channel: string;
  readonly instType?: string | undefined;
  readonly instId?: string | undefined;
}

/** A request that the venue understood. */
export type StreamOperation =
  | { readonly op: 'login'; readonly id: string | undefined }
  | {
      readonly op: 'subscribe' | 'unsubscribe';
      readonly id: string | undefined;
      readonly args: readonly ChannelArgument[];
    };

/** The error event for one that it did not; `id` where the request had a valid one. */
export interface OperationError extends StreamError {
  readonly id?: string | undefined;
}

interface Envelope {
  readonly id?: unknown;
  readonly op?: unknown;
  readonly args?: unknown;
}

const ID = /^[A-Za-z0-9]{1,32}$/;

/** Reads one JSON message of a client. */
export function parseOperation(text: string): StreamOperation | OperationError {
  const message = parseObject(text);
  if (!message) return streamErrors.illegal(text);
  const { id, op, args } = message;
  if (!isRequestId(id)) return streamErrors.badId();
  if (typeof op !== 'string' || !Array.isArray(args)) return { ...streamErrors.illegal(text), id };
  if (op === 'login') return { op, id };
  if (op !== 'subscribe' && op !== 'unsubscribe') return { ...streamErrors.badOperation(op), id };
  if (args.length === 0) return { ...streamErrors.badArguments(), id };
  if (!args.every(isChannelArgument)) return { ...streamErrors.illegal(text), id };
  return { op, id, args: args.map(({ channel, instType, instId }) => ({ channel, instType, instId })) };
}

/** Bytes of the list of channels in a request's text, as it was sent. */
export function argumentBytes(text: string): number {
  return Buffer.byteLength(text.slice(text.indexOf('['), text.lastIndexOf(']') + 1));
}

function parseObject(text: string): Envelope | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null && !Array.isArray(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function isRequestId(id: unknown): id is string | undefined {
  return id === undefined || (typeof id === 'string' && ID.test(id));
}

function isChannelArgument(value: unknown): value is ChannelArgument {
  if (typeof value !== 'object' || value === null) return false;
  const { channel, instType, instId } = value as { channel?: unknown; instType?: unknown; instId?: unknown };
  return typeof channel === 'string' && isOptionalText(instType) && isOptionalText(instId);
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
