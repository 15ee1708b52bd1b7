import { BinanceError, rejections } from '../binance-common/rest-errors.js';

export type CallId = string | number | null;

/** A request of the WebSocket API. */
export interface ApiCall {
  readonly id: CallId;
  readonly method: string;
  readonly params: URLSearchParams;
}

/** A request that could not be read, with its id as far as it had one. */
export class UnreadableCall extends Error {
  readonly id: CallId;
  readonly reason: BinanceError;

  constructor(id: CallId, reason: BinanceError) {
    super(reason.message);
    this.id = id;
    this.reason = reason;
  }
}

/** What clients add to sign a request; public methods take no notice of it. */
const SIGNING = new Set(['apiKey', 'signature', 'timestamp', 'recvWindow']);
const ID = /^[A-Za-z0-9\-_]{1,36}$/;
const ID_CHARACTERS = '^[a-zA-Z0-9-_]{1,36}$';

/** Reads one text message of a client. @throws {UnreadableCall} */
export function parseApiCall(text: string): ApiCall {
  const { id, method, params = {} } = envelope(text);
  if (!isId(id)) throw new UnreadableCall(null, rejections.illegalCharacters('id', ID_CHARACTERS));
  if (typeof method !== 'string') throw new UnreadableCall(id, rejections.missing('method'));
  if (!isRecord(params)) throw new UnreadableCall(id, rejections.badJson('params'));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (SIGNING.has(name)) continue;
    const written = textOf(value);
    if (written === undefined) throw new UnreadableCall(id, rejections.badJson('params'));
    query.append(name, written);
  }
  return { id, method, params: query };
}

function envelope(text: string): Readonly<Record<string, unknown>> {
  try {
    const message: unknown = JSON.parse(text);
    if (isRecord(message)) return message;
  } catch {
    // Answered like any other message that is not a request.
  }
  throw new UnreadableCall(null, new BinanceError(-1135, 'Invalid JSON Request'));
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(id: unknown): id is CallId {
  if (id === null) return true;
  return typeof id === 'number' ? Number.isInteger(id) : typeof id === 'string' && ID.test(id);
}
