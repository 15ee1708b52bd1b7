import { PoolError, toError } from '../errors.js';

export type HttpDialStage = 'dns' | 'tcp' | 'tls';

/** A connection that could not be set up: how far it came, and its local port once it had one. */
export class HttpDialError extends Error {
  override readonly name = 'HttpDialError';
  readonly stage: HttpDialStage;
  readonly localPort: number | null;

  constructor(stage: HttpDialStage, localPort: number | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.stage = stage;
    this.localPort = localPort;
  }
}

export type HttpErrorKind = 'refused' | 'reset' | 'timeout' | 'tls' | 'aborted' | 'protocol' | 'closed' | 'queueFull';

/** Which limit of an exchange was passed: see `PhaseLimits`. */
export type HttpPhase = 'send' | 'headers' | 'body' | 'unread' | 'total';

export interface HttpErrorOptions extends ErrorOptions {
  readonly phase?: HttpPhase;
}

const TIMEOUT_CODES: Readonly<Record<HttpPhase, string>> = {
  send: 'UND_ERR_HEADERS_TIMEOUT',
  headers: 'UND_ERR_HEADERS_TIMEOUT',
  body: 'UND_ERR_BODY_TIMEOUT',
  unread: 'UND_ERR_BODY_TIMEOUT',
  total: 'ETIMEDOUT',
};

/** A request that got no complete response; `attempts` counts the times that it was sent. */
export class HttpRequestError extends Error {
  override readonly name: string = 'HttpRequestError';
  readonly kind: HttpErrorKind;
  readonly attempts: number;
  /**
   * The limit that was passed, once the request was on a connection: of time for kind `timeout`, of size for kind
   * `protocol` (`headers`, or `body` for `maxResponseBytes`).
   */
  readonly phase: HttpPhase | undefined;
  /** As undici would give it: the code of the cause, or that of the limit that was passed. */
  readonly code: string | undefined;

  constructor(kind: HttpErrorKind, attempts: number, message: string, options?: HttpErrorOptions) {
    super(message, options);
    this.code = codeOf(options?.cause) ?? (kind === 'timeout' ? TIMEOUT_CODES[options?.phase ?? 'total'] : undefined);
    this.kind = kind;
    this.attempts = attempts;
    this.phase = options?.phase;
  }
}

/** How a request fails that was sent `attempts` times, for `reason`. */
export function failureOf(
  { method, path }: { readonly method: string; readonly path: string },
  attempts: number,
  kind: HttpErrorKind,
  reason: unknown,
): HttpRequestError {
  // Whoever aborted finds its own reason, not the words of what stood between.
  const cause = kind === 'aborted' && reason instanceof HttpRequestError ? reason.cause : reason;
  const phase = reason instanceof HttpRequestError && reason.phase ? { phase: reason.phase } : {};
  return new HttpRequestError(kind, attempts, `${method} ${path}: ${toError(cause).message}`, { cause, ...phase });
}

/** A request that the budget did not let through in time; kind `queueFull`. It was not sent. */
export class HttpBudgetError extends HttpRequestError {
  override readonly name = 'HttpBudgetError';
  /** When the budget would have let it through, in milliseconds from the refusal. */
  readonly retryAfterMs: number;

  constructor(attempts: number, message: string, retryAfterMs: number) {
    super('queueFull', attempts, message);
    this.retryAfterMs = retryAfterMs;
  }
}

const POOL_KINDS: Readonly<Record<string, HttpErrorKind>> = {
  E_POOL_TIMEOUT: 'timeout',
  E_POOL_ABORTED: 'aborted',
  E_POOL_QUEUE_FULL: 'queueFull',
  E_POOL_CLOSED: 'closed',
};

/** The class of whatever ended an acquire, a dial or a request. */
export function errorKind(error: unknown): HttpErrorKind {
  if (error instanceof HttpRequestError) return error.kind;
  if (error instanceof PoolError) {
    return error.code === 'E_POOL_DIAL' ? errorKind(error.cause) : (POOL_KINDS[error.code] ?? 'protocol');
  }
  if (error instanceof HttpDialError) {
    if (error.cause instanceof PoolError) return errorKind(error.cause);
    return error.stage === 'tls' && codeOf(error.cause) !== 'ECONNRESET' ? 'tls' : kindOfCode(codeOf(error.cause));
  }
  return kindOfCode(codeOf(error));
}

// UND_ERR_INFO is what undici says of a socket that it closes itself, after a response that was the connection's last.
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'UND_ERR_INFO', 'UND_ERR_DESTROYED']);

function kindOfCode(code: string | undefined): HttpErrorKind {
  if (code === undefined) return 'protocol';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (RESET.has(code)) return 'reset';
  if (/^E(CONNREFUSED|HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL|NOTFOUND|AI_.*)$/.test(code)) return 'refused';
  return 'protocol';
}

/** The `code` of a system or undici error. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Was what came not HTTP, or not as long as it said? */
export function isGarbled(error: unknown): boolean {
  const parsing = error instanceof Error && error.name === 'HTTPParserError';
  return parsing || codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

/** What a connection says that was closed before its request was through. */
export function resetError(text = 'the connection is closed'): Error {
  return Object.assign(new Error(text), { code: 'ECONNRESET' });
}

/** What a connection says that its peer closed in order; in undici's words, so that both versions are judged alike. */
export function endedError(): Error {
  return Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
}

/** What ends a response whose headers are larger than `limitBytes`. */
export function headersTooLarge(limitBytes: number, cause?: Error): HttpRequestError {
  const text = `the headers of the response are larger than ${limitBytes} bytes`;
  return new HttpRequestError('protocol', 1, text, { phase: 'headers', ...(cause ? { cause } : {}) });
}

/** What ends a response whose body is larger than `limitBytes`. */
export function bodyTooLarge(limitBytes: number): HttpRequestError {
  return new HttpRequestError('protocol', 1, `the response is larger than ${limitBytes} bytes`, { phase: 'body' });
}
