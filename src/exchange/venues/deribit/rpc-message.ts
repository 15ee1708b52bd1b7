import { rejections } from './rpc-errors.js';
import { RpcParams } from './rpc-params.js';

/** The client's number for a request; it comes back with the answer. Undefined: none was sent. */
export type RequestId = number | string | null | undefined;

/** One JSON-RPC request, from a socket, a POST body or a query. */
export interface RpcRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly params: RpcParams;
}

interface Envelope {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** Reads a JSON-RPC request; `pathMethod` is taken where the message names no method. Throws RpcError. */
export function parseRequest(text: string, pathMethod = ''): RpcRequest {
  const { id, method = pathMethod, params: sent } = envelopeOf(text);
  const params = sent ?? {};
  if (typeof method !== 'string') throw rejections.badRequest();
  if (!isObject(params)) throw rejections.invalid('params', 'must be an object');
  return { id: isRequestId(id) ? id : undefined, method, params: new RpcParams(Object.entries(params)) };
}

/** Writes an answer; `member` is its `"result":…` or `"error":…`, times are of the calendar in microseconds. */
export function answerJson(id: RequestId, member: string, usIn: number, usOut: number): string {
  const echo = id === undefined ? '' : `"id":${JSON.stringify(id)},`;
  return `{"jsonrpc":"2.0",${echo}${member},"usIn":${usIn},"usOut":${usOut},"usDiff":${usOut - usIn},"testnet":false}`;
}

function envelopeOf(text: string): Envelope {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw rejections.badRequest();
  }
  if (!isObject(message)) throw rejections.badRequest();
  return message;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRequestId(id: unknown): id is number | string | null {
  return id === null || typeof id === 'number' || typeof id === 'string';
}
