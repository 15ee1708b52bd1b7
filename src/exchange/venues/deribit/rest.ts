import type { RestRequest, RestResponse } from '../../venue.js';
import type { ConnectionLimit } from './connection-limit.js';
import { failure, rejections } from './rpc-errors.js';
import { type RpcRequest, parseRequest } from './rpc-message.js';
import { RpcParams } from './rpc-params.js';
import type { RpcServer } from './rpc-server.js';
import type { DeribitRules } from './rules.js';

const ROOT = '/api/v2';
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const NOT_FOUND = '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>';

/** The venue over HTTP: `GET /api/v2/<method>?<params>`, or a JSON-RPC message in the body of a POST. */
export class RestApi {
  readonly #rpc: RpcServer;
  readonly #limit: ConnectionLimit;
  readonly #rules: DeribitRules;

  constructor(rpc: RpcServer, limit: ConnectionLimit, rules: DeribitRules) {
    this.#rpc = rpc;
    this.#limit = limit;
    this.#rules = rules;
  }

  handle(request: RestRequest): RestResponse {
    const { violated, refused } = this.#limit.check(request);
    if (refused) return { ...failure(429), close: true, violated };
    const expired = request.connectionAgeMs >= this.#rules.httpConnectionAgeMs;
    const answer = this.#answer(request);
    return {
      ...answer,
      close: expired || answer.close === true,
      violated: [...violated, ...(answer.violated ?? [])],
    };
  }

  #answer(request: RestRequest): RestResponse {
    const { path } = request;
    if (path !== ROOT && !path.startsWith(`${ROOT}/`))
      return { status: 404, headers: { 'content-type': 'text/html' }, body: NOT_FOUND };
    const { text, answer, violated, over } = this.#rpc.answer(() => requestOf(request), request);
    return { status: answer ? 200 : 400, headers: HEADERS, body: text, close: over, violated };
  }
}

function requestOf({ method, path, query, body }: RestRequest): RpcRequest {
  const called = path.slice(ROOT.length + 1);
  if (method === 'POST') return parseRequest(body, called);
  if (method !== 'GET') throw rejections.badRequest();
  return { id: undefined, method: called, params: new RpcParams(query) };
}
