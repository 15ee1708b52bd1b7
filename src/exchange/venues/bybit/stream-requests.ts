/** A request that the venue understood. */
export type StreamCall =
  | { readonly op: 'subscribe' | 'unsubscribe'; readonly id: RequestId; readonly topics: readonly string[] }
  | { readonly op: 'ping'; readonly id: RequestId };

/** Undefined when the request had none. */
export type RequestId = string | number | undefined;

/** A request that it did not. */
export interface BadCall {
  readonly op: string;
  readonly id: RequestId;
  readonly error: string;
}

interface Envelope {
  readonly op?: unknown;
  readonly args?: unknown;
  readonly req_id?: unknown;
}

/** Reads one text message of a client. */
export function parseCall(text: string): StreamCall | BadCall {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { op: '', id: undefined, error: 'error:invalid json' };
  }
  if (typeof message !== 'object' || message === null) return { op: '', id: undefined, error: 'error:invalid json' };
  const { op, args, req_id: requestId } = message as Envelope;
  const id = typeof requestId === 'string' || typeof requestId === 'number' ? requestId : undefined;
  if (op === 'ping') return { op, id };
  if (op !== 'subscribe' && op !== 'unsubscribe')
    return { op: typeof op === 'string' ? op : '', id, error: 'error:invalid op' };
  if (!isTextList(args) || args.length === 0) return { op, id, error: 'error:invalid args' };
  return { op, id, topics: [...new Set(args)] };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
