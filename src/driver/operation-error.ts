/** Classes of failure, as metrics.md names them. */
export type ErrorKind =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'tls'
  | 'http4xx'
  | 'http5xx'
  | 'rateLimited'
  | 'protocol'
  | 'aborted';

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

/** What an error's code, or failing that its name, says; the first pattern that fits. */
const PATTERNS: readonly (readonly [RegExp, ErrorKind])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/, 'reset'],
  [/TIMEOUT|^ETIMEDOUT$|^TimeoutError$/, 'timeout'],
  [/^AbortError$/, 'aborted'],
  [/^ERR_(TLS|SSL)|CERT/, 'tls'],
];

/** Classes an error of node, undici or ws by its code and name, looking through `cause`. */
export function kindOfError(error: unknown): ErrorKind {
  if (error instanceof OperationError) return error.kind;
  if (!(error instanceof Error)) return 'protocol';
  const { code = '' } = error as NodeJS.ErrnoException;
  const known = PATTERNS.find(([pattern]) => pattern.test(code) || pattern.test(error.name));
  if (known) return known[1];
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  return inner === undefined ? 'protocol' : kindOfError(inner);
}
