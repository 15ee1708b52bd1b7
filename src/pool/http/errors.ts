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

/** A request that got no complete response; `attempts` counts the times that it was sent. */
export class HttpRequestError extends Error {
  override readonly name = 'HttpRequestError';
  readonly kind: HttpErrorKind;
  readonly attempts: number;

  constructor(kind: HttpErrorKind, attempts: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.attempts = attempts;
  }
}

const POOL_KINDS = {
  E_POOL_TIMEOUT: 'timeout',
  E_POOL_ABORTED: 'aborted',
  E_POOL_QUEUE_FULL: 'queueFull',
  E_POOL_CLOSED: 'closed',
  E_POOL_RELEASED: 'protocol',
  E_POOL_OPTIONS: 'protocol',
} as const;

/** The class of whatever ended an acquire, a dial or a request. */
export function errorKind(error: unknown): HttpErrorKind {
  if (error instanceof HttpRequestError) return error.kind;
  if (error instanceof PoolError) return error.code === 'E_POOL_DIAL' ? errorKind(error.cause) : POOL_KINDS[error.code];
  if (error instanceof HttpDialError) {
    if (error.cause instanceof PoolError) return errorKind(error.cause);
    return error.stage === 'tls' && codeOf(error.cause) !== 'ECONNRESET' ? 'tls' : kindOfCode(codeOf(error.cause));
  }
  return kindOfCode(codeOf(error));
}

function kindOfCode(code: string | undefined): HttpErrorKind {
  if (code === undefined) return 'protocol';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNABORTED'].includes(code)) return 'reset';
  if (/^E(CONNREFUSED|HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL|NOTFOUND|AI_.*)$/.test(code)) return 'refused';
  return 'protocol';
}

/** The `code` of a system or undici error. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
