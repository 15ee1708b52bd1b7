import type { HttpErrorKind } from './errors.js';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Methods that may be sent twice (RFC 9110, section 9.2.2). */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method.toUpperCase());
}

export interface FailedTry {
  readonly kind: HttpErrorKind;
  readonly idempotent: boolean;
  /** The request was written to the connection, in part at least. */
  readonly sent: boolean;
  /** The connection had served a request before. */
  readonly reused: boolean;
  /** The first byte of a response had come. */
  readonly answered: boolean;
  /** The pool ended it, because its endpoint was declared down. */
  readonly movedAway: boolean;
  /** There are other endpoints to go to. */
  readonly several: boolean;
}

/**
 * May a request be sent again? Any that was never written. Beyond that only an idempotent one: when a reused
 * connection was closed without a byte of response, which is what an idle connection's end looks like (RFC 9112,
 * section 9.3.1), or when its endpoint failed it and another endpoint is there to take it.
 */
export function mayRetry({ kind, idempotent, sent, reused, answered, movedAway, several }: FailedTry): boolean {
  if (!sent && (kind === 'reset' || movedAway)) return true;
  if (!idempotent) return false;
  if (movedAway) return true;
  if (kind === 'reset' && reused && !answered) return true;
  return several && (kind === 'reset' || kind === 'timeout' || kind === 'refused');
}
