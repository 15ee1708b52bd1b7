import { PoolError } from '../errors.js';

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

/** A request that got no complete response; `attempts` counts the times that it was sent. */
export class HttpRequestError extends Error {
  override readonly name: string = 'HttpRequestError';
  readonly kind: HttpErrorKind;
  readonly attempts: number;
  /** Of kind `timeout`, once the request was on a connection: the limit that was passed. */
  readonly phase: HttpPhase | undefined;

  constructor(kind: HttpErrorKind, attempts: number, message: string, options?: HttpErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.attempts = attempts;
    this.phase = options?.phase;
  }
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

/** What a connection says that was closed before its request was through. */
export function resetError(): Error {
  return Object.assign(new Error('the connection is closed'), { code: 'ECONNRESET' });
}
