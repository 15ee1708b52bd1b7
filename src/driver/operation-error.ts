/** Classes of failure, as metrics.md names them. */
export const ERROR_KINDS = [
  'refused',
  'reset',
  'timeout',
  'tls',
  'http4xx',
  'http5xx',
  'rateLimited',
  'protocol',
  'aborted',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

/** An operation that failed for its caller. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string = kind, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** The class of an HTTP status, or null when it is a success. */
export function kindOfStatus(status: number): ErrorKind | null {
  if (status === 429 || status === 418) return 'rateLimited';
  if (status >= 500) return 'http5xx';
  return status >= 400 ? 'http4xx' : null;
}

const RESET_CODES = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNABORTED']);

/** Classes an error of node, undici or ws by its code, looking through `cause`. */
export function kindOfError(error: unknown): ErrorKind {
  if (error instanceof OperationError) return error.kind;
  if (!(error instanceof Error)) return 'protocol';
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (code === 'ECONNREFUSED') return 'refused';
  if (RESET_CODES.has(code)) return 'reset';
  if (error.name === 'TimeoutError' || code.includes('TIMEOUT') || code === 'ETIMEDOUT') return 'timeout';
  if (error.name === 'AbortError') return 'aborted';
  if (code.startsWith('ERR_TLS') || code.includes('CERT') || code.startsWith('ERR_SSL')) return 'tls';
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  return inner === undefined ? 'protocol' : kindOfError(inner);
}
