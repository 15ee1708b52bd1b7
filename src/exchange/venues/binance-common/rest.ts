import type { MarketSymbol } from '../../market/index.js';
import type { RestRequest, RestResponse } from '../../venue.js';
import type { Endpoint, EndpointContext } from './endpoint.js';
import { errorResponse, JSON_TYPE } from './failures.js';
import type { RequestLimits } from './request-limits.js';
import { BinanceError, type LimitError, rejections } from './rest-errors.js';
import { RestParameters } from './rest-parameters.js';

const HTML_TYPE = 'text/html';
const NOT_FOUND = '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>';

export interface RestApiOptions<M extends MarketSymbol> {
  readonly context: EndpointContext<M>;
  /** By path. */
  readonly endpoints: Readonly<Record<string, Endpoint<M>>>;
  readonly limits: RequestLimits;
  /** The headers of an answer: its type, and the weight used so far. */
  readonly headers: (type: string, used: string) => Readonly<Record<string, string>>;
}

/** An answer before anything is said about limits. */
interface Outcome {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly weight: number;
}

/** The REST side of a venue: finds the endpoint, charges its weight and answers, or refuses. */
export class RestApi<M extends MarketSymbol> {
  readonly #options: RestApiOptions<M>;
  readonly #endpoints: ReadonlyMap<string, Endpoint<M>>;

  constructor(options: RestApiOptions<M>) {
    this.#options = options;
    this.#endpoints = new Map(Object.entries(options.endpoints));
  }

  handle(request: RestRequest): RestResponse {
    const { context, limits } = this.#options;
    const wallMs = context.time.now();
    const account = limits.of(request.remoteAddress);
    const ban = account.banned(wallMs);
    if (ban) return { ...errorResponse(ban, wallMs), violated: ['banned'] };
    const endpoint = this.#endpoints.get(request.path);
    const { status, type, body, weight } = this.#outcome(endpoint, request);
    const { used, violated, refusal } = account.charge(wallMs, weight, endpoint?.quota);
    const headers = this.#options.headers(type, String(used));
    if (refusal) return refused(refusal, wallMs, headers, violated);
    return violated.length > 0 ? { status, headers, body, violated } : { status, headers, body };
  }

  #outcome(endpoint: Endpoint<M> | undefined, { method, query }: RestRequest): Outcome {
    if (!endpoint) return { status: 404, type: HTML_TYPE, body: NOT_FOUND, weight: 1 };
    try {
      if (method !== 'GET') throw rejections.unsupported();
      const { body, weight } = endpoint.answer(this.#options.context, new RestParameters(query, endpoint.parameters));
      return { status: 200, type: JSON_TYPE, body, weight };
    } catch (error) {
      if (!(error instanceof BinanceError)) throw error;
      return { status: error.status, type: JSON_TYPE, body: error.body, weight: 1 };
    }
  }
}

function refused(
  error: LimitError,
  wallMs: number,
  counted: RestResponse['headers'],
  violated: readonly string[],
): RestResponse {
  const { status, headers, body } = errorResponse(error, wallMs);
  return { status, headers: { ...counted, ...headers }, body, violated };
}
