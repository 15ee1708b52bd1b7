/** A request that the venue understood. */
export type StreamCall =
  | { readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE'; readonly id: RequestId; readonly streams: readonly string[] }
  | { readonly method: 'LIST_SUBSCRIPTIONS' | 'GET_COMBINED'; readonly id: RequestId }
  | { readonly method: 'SET_COMBINED'; readonly id: RequestId; readonly value: boolean };

export type RequestId = number | string | null;

/** The error reply to a request that it did not. */
export interface CallError {
  readonly code: number;
  readonly msg: string;
  readonly id?: RequestId;
}

interface Envelope {
  readonly method?: unknown;
  readonly params?: unknown;
  readonly id?: unknown;
}

const METHODS: Readonly<Record<string, (params: unknown, id: RequestId) => StreamCall | CallError>> = {
  SUBSCRIBE: (params, id) => parseStreams('SUBSCRIBE', params, id),
  UNSUBSCRIBE: (params, id) => parseStreams('UNSUBSCRIBE', params, id),
  LIST_SUBSCRIPTIONS: (_params, id) => ({ method: 'LIST_SUBSCRIPTIONS', id }),
  SET_PROPERTY: (params, id) => parseProperty('SET_PROPERTY', params, id),
  GET_PROPERTY: (params, id) => parseProperty('GET_PROPERTY', params, id),
};
const METHOD_NAMES = Object.keys(METHODS)
  .map((name) => `\`${name}\``)
  .join(', ');
/** Longer names are not names of streams, and a connection keeps the names it was sent. */
const LONGEST_NAME = 128;
const ID_TEXT = /^[A-Za-z0-9_-]{1,36}$/;

/** Reads one text message of a client. */
export function parseCall(text: string): StreamCall | CallError {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' };
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return invalid('expected a map at line 1 column 1');
  const { method, params, id = null } = message as Envelope;
  if (!isRequestId(id)) return invalid('request ID must be an unsigned integer');
  if (typeof method !== 'string') return invalid('missing field `method` at line 1 column 1');
  const parse = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (parse) return parse(params, id);
  return invalid(`unknown variant \`${method.slice(0, LONGEST_NAME)}\`, expected one of ${METHOD_NAMES}`, id);
}

function parseStreams(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', params: unknown, id: RequestId): StreamCall | CallError {
  return isTextList(params) ? { method, id, streams: params } : invalid('params must be a list of stream names', id);
}

function parseProperty(
  method: 'SET_PROPERTY' | 'GET_PROPERTY',
  params: unknown,
  id: RequestId,
): StreamCall | CallError {
  const [name, value, ...more] = (Array.isArray(params) ? params : []) as unknown[];
  if (typeof name !== 'string') return invalid('property name must be a string', id);
  if (more.length > 0 || (method === 'GET_PROPERTY' && value !== undefined)) return invalid('too many parameters', id);
  if (name !== 'combined') return { code: 0, msg: 'Unknown property', id };
  if (method === 'GET_PROPERTY') return { method: 'GET_COMBINED', id };
  if (typeof value !== 'boolean') return { code: 1, msg: 'Invalid value type: expected Boolean', id };
  return { method: 'SET_COMBINED', id, value };
}

function invalid(reason: string, id?: RequestId): CallError {
  return { code: 2, msg: `Invalid request: ${reason}`, ...(id !== undefined && { id }) };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item.length <= LONGEST_NAME);
}

function isRequestId(id: unknown): id is RequestId {
  if (id === null) return true;
  return typeof id === 'number' ? Number.isInteger(id) : typeof id === 'string' && ID_TEXT.test(id);
}
