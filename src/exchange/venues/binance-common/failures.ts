import type { RestResponse } from '../../venue.js';
import { BinanceError, LimitError, limitRefusals } from './rest-errors.js';
import type { CommonRules } from './rules.js';

export const JSON_TYPE = 'application/json;charset=UTF-8';

/** The venue's words for a failure that is not the request's. */
export function failure(status: number, wallMs: number, rules: CommonRules): RestResponse {
  const error = errorOf(status, wallMs, rules);
  if (error) return errorResponse(error, wallMs);
  return { status, headers: { 'content-type': 'text/html' }, body: `<html><body><h1>${status}</h1></body></html>` };
}

/** An error as an answer, with `Retry-After` where a limit caused it. */
export function errorResponse(error: BinanceError, wallMs: number): RestResponse {
  const retry = error instanceof LimitError ? { 'retry-after': error.retryAfter(wallMs) } : {};
  return { status: error.status, headers: { 'content-type': JSON_TYPE, ...retry }, body: error.body };
}

function errorOf(status: number, wallMs: number, rules: CommonRules): BinanceError | undefined {
  switch (status) {
    case 429:
      return limitRefusals.weight(rules.weightPerWindow, wallMs + rules.weightWindowMs);
    case 418:
      return limitRefusals.banned(wallMs + rules.banMs);
    case 503:
      return new BinanceError(
        -1008,
        'Server is currently overloaded with other requests. Please try again in a few minutes.',
        status,
      );
    case 504:
      return new BinanceError(-1007, 'Timeout waiting for response from backend server.', status);
    default:
      return undefined;
  }
}
