import { type HttpErrorKind, HttpRequestError } from './errors.js';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Methods that may be sent twice (RFC 9110, section 9.2.2). */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method.toUpperCase());
}

const ENDPOINT_FAILED = new Set<HttpErrorKind>(['reset', 'timeout', 'refused']);

export interface FailedTry {
  readonly kind: HttpErrorKind;
  readonly idempotent: boolean;
  /** The request was written to the connection, in part at least. */
  readonly sent: boolean;
  /** Its connection had been open before, used or not, and has ended with it. */
  readonly old: boolean;
  /** The first byte of a response had come. */
  readonly answered: boolean;
  /** The server said that it did nothing with it (RFC 9113, section 8.7). */
  readonly refused: boolean;
  /** The pool ended it, because its endpoint was declared down. */
  readonly movedAway: boolean;
  /** What came was not HTTP, or not what it said it would be. */
  readonly garbled: boolean;
  /** It had waited so long for its connection that little of its time was left. */
  readonly rushed: boolean;
  /** There are other endpoints to go to. */
  readonly several: boolean;
}

/**
 * Was the connection just old? It ended without a byte of response: that is what the end of an idle connection looks
 * like when a request crosses it (RFC 9112, section 9.3.1). It says nothing about its endpoint, and there may be more
 * such connections.
 */
export function isStale({ kind, old, sent, answered, refused }: FailedTry): boolean {
  return kind === 'reset' && old && sent && !answered && !refused;
}

/**
 * Does this failure speak against the endpoint? Not the end of an old connection, nor a body that nobody reads, nor a
 * time-out of a request that had hardly any time left: after a stall those would keep an endpoint out that is well
 * again. And an only endpoint is never blamed: to close all its connections for one slow request helps nobody.
 */
export function blamesEndpoint(tried: FailedTry, error: Error): boolean {
  const { kind, sent, refused, movedAway, garbled, rushed, several } = tried;
  if (!several || !sent || refused || movedAway) return false;
  if (kind === 'timeout') return !rushed && !(error instanceof HttpRequestError && error.phase === 'unread');
  return garbled || (kind === 'reset' && !isStale(tried));
}

/**
 * May a request be sent again? Any that was never written, or that the server refused untouched. Beyond that only an
 * idempotent one: when its connection was just old, or when its endpoint failed it and another endpoint is there to
 * take it.
 */
export function mayRetry(tried: FailedTry): boolean {
  const { kind, idempotent, sent, refused, movedAway, garbled, several } = tried;
  if (refused) return true;
  if (!sent && (kind === 'reset' || movedAway)) return true;
  if (!idempotent) return false;
  if (movedAway) return true;
  return isStale(tried) || (several && (garbled || ENDPOINT_FAILED.has(kind)));
}
