import type { RestResponse } from '../../venue.js';

/** A request that the venue answers with an error body `{"message"}`. */
export class CoinbaseError extends Error {
  override readonly name = 'CoinbaseError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

// Statuses: Coinbase Exchange documentation; wording as clients report it, where they do.
export const rejections = {
  notFound: () => new CoinbaseError(404, 'NotFound'),
  badLevel: () => new CoinbaseError(400, 'Invalid level'),
  badLimit: () => new CoinbaseError(400, 'Invalid limit'),
  badCursor: (name: string) => new CoinbaseError(400, `invalid ${name} cursor`),
  badGranularity: () => new CoinbaseError(400, 'Unsupported granularity'),
  badTime: (name: string) => new CoinbaseError(400, `Invalid ${name}`),
  badRange: () => new CoinbaseError(400, 'Invalid start/end time range'),
  tooManyCandles: (most: number) =>
    new CoinbaseError(
      400,
      `granularity too small for the requested time range. Count of aggregations requested exceeds ${most}`,
    ),
};

const MESSAGES: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  429: 'Public rate limit exceeded',
  500: 'Internal server error',
  503: 'ServiceUnavailable',
};

/** An error body under this status. */
export function errorResponse(status: number, message: string): RestResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ message }),
  };
}

/** The venue's words for a failure that is not the request's; what it has none for comes from the proxy before it. */
export function failure(status: number): RestResponse {
  const message = Object.hasOwn(MESSAGES, status) ? MESSAGES[status] : undefined;
  if (message !== undefined) return errorResponse(status, message);
  return { status, headers: { 'content-type': 'text/html' }, body: `<html><body><h1>${status}</h1></body></html>` };
}
