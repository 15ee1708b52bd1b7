/** Codes of the errors that a pool raises on purpose. */
export type PoolErrorCode =
  | 'E_POOL_TIMEOUT'
  | 'E_POOL_ABORTED'
  | 'E_POOL_QUEUE_FULL'
  | 'E_POOL_CLOSED'
  | 'E_POOL_DIAL'
  | 'E_POOL_RELEASED'
  | 'E_POOL_OPTIONS';

/** An expected failure of a pool; `cause` keeps what lay behind it (a dial error, an abort reason). */
export class PoolError extends Error {
  override readonly name = 'PoolError';
  readonly code: PoolErrorCode;

  constructor(code: PoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
