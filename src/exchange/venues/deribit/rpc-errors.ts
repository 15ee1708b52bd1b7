import type { RestResponse } from '../../venue.js';

type ErrorData = Readonly<Record<string, string | number>>;

/** A request that the venue answers with a JSON-RPC error. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  readonly data: ErrorData | undefined;

  constructor(code: number, message: string, data?: ErrorData) {
    super(message);
    this.code = code;
    this.data = data;
  }

  get json(): string {
    return JSON.stringify({ code: this.code, message: this.message, ...(this.data && { data: this.data }) });
  }
}

// Codes and wording: docs.deribit.com, RPC error codes.
export const rejections = {
  badRequest: () => new RpcError(11050, 'bad_request'),
  methodNotFound: () => new RpcError(-32601, 'Method not found'),
  missing: (param: string) => new RpcError(-32000, 'Missing params', { param }),
  invalid: (param: string, reason: string) => new RpcError(-32602, 'Invalid params', { reason, param }),
  tooManyRequests: () => new RpcError(10028, 'too_many_requests'),
  mustBeWebsocket: () => new RpcError(10030, 'must_be_websocket_request'),
  invalidCredentials: () => new RpcError(13004, 'invalid_credentials'),
  unauthorized: () => new RpcError(13009, 'unauthorized'),
  rawUnauthorized: () => new RpcError(13778, 'raw_subscriptions_not_available_for_unauthorized'),
};

const FAILURES: ReadonlyMap<number, RpcError> = new Map([
  [429, rejections.tooManyRequests()],
  [503, new RpcError(11051, 'system_maintenance')],
  [504, new RpcError(13888, 'timed_out')],
]);

/** The venue's words for a failure that is not the request's. */
export function failure(status: number): RestResponse {
  const error = FAILURES.get(status);
  if (error)
    return {
      status,
      headers: { 'content-type': 'application/json' },
      body: `{"jsonrpc":"2.0","error":${error.json},"testnet":false}`,
    };
  return { status, headers: { 'content-type': 'text/html' }, body: `<html><body><h1>${status}</h1></body></html>` };
}
