import type { HttpErrorKind } from './errors.js';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Methods that may be sent twice (RFC 9110, section 9.2.2). */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method.toUpperCase());
}

export interface FailedTry {
  readonly kind: HttpErrorKind;
  readonly idempotent: boolean;
  /** The connection had served a request before. */
  readonly reused: boolean;
  /** Bytes of a response had come. */
  readonly answered: boolean;
  /** The pool ended it, because its endpoint was declared down. */
  readonly movedAway: boolean;
}

/**
 * May a request be sent again? An idempotent one when its connection failed it. Any other only when the server closed
 * a reused connection without a byte of response, which is what an idle connection's end looks like (RFC 9112, 9.3.1).
 */
export function mayRetry({ kind, idempotent, reused, answered, movedAway }: FailedTry): boolean {
  if (movedAway) return true;
  if (idempotent) return kind === 'reset' || kind === 'timeout' || kind === 'refused';
  return kind === 'reset' && reused && !answered;
}
