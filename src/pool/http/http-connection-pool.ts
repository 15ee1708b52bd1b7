import { type Clock, systemClock } from '../../base/index.js';
import type { ConnectionAccounts } from '../accounts.js';
import { ConnectionPool } from '../connection-pool.js';
import type { Lease, PoolEndpoint, PoolEvent, PoolStats } from '../contracts.js';
import { PoolError } from '../errors.js';
import type { HttpConnection } from './connection.js';
import type {
  HttpAttempt,
  HttpConnectionEvent,
  HttpConnectionPoolOptions,
  HttpCounters,
  HttpDialFailure,
  HttpRequest,
  HttpResponse,
} from './contracts.js';
import { secureContextOf } from './dial.js';
import { codeOf, errorKind, HttpRequestError } from './errors.js';
import { HttpConnectionFactory } from './factory.js';
import { InFlight } from './in-flight.js';
import { Listeners } from './listeners.js';
import { isIdempotent, mayRetry } from './retry.js';

type HttpLease = Lease<HttpConnection>;

/** One request on its way through its tries. */
interface Course {
  readonly request: HttpRequest;
  readonly idempotent: boolean;
  readonly deadlineMs: number;
  readonly avoid: PoolEndpoint[];
  tries: number;
}

type TryResult = { readonly response: HttpResponse } | { readonly error: HttpRequestError; readonly again: boolean };

/**
 * HTTP/1.1 requests over pooled connections to one or more equivalent origins. A request whose connection fails is
 * sent again elsewhere if it may be; when an endpoint is declared down, the requests on it move at once.
 */
export class HttpConnectionPool implements AsyncDisposable {
  readonly name: string;
  readonly #clock: Clock;
  readonly #pool: ConnectionPool<HttpConnection>;
  readonly #requestTimeoutMs: number;
  readonly #tries: number;
  readonly #origins: readonly string[];
  readonly #inFlight = new InFlight();
  readonly #attempts = new Listeners<HttpAttempt>();
  readonly #connections = new Listeners<HttpConnectionEvent>();
  readonly #dialFailures = new Listeners<HttpDialFailure>();
  #counters = { attempts: 0, attemptFailures: 0, retries: 0 };

  /** @throws {PoolError} E_POOL_OPTIONS */
  constructor(options: HttpConnectionPoolOptions) {
    const { origins, tls = {}, requestTimeoutMs = 10_000, tries = 2, ...generic } = options;
    if (!(requestTimeoutMs > 0) || !Number.isInteger(tries) || tries < 1) {
      const got = `requestTimeoutMs ${requestTimeoutMs}, tries ${tries}`;
      throw new PoolError('E_POOL_OPTIONS', `expected requestTimeoutMs above 0 and tries of at least 1, got ${got}`);
    }
    this.#clock = options.clock ?? systemClock;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#tries = tries;
    this.#origins = origins.map(originOf);
    let context: ReturnType<typeof secureContextOf> | undefined;
    const factory = new HttpConnectionFactory({
      origins: this.#origins,
      clock: this.#clock,
      secureContext: () => (context ??= secureContextOf(tls)),
      onDialFailure: (failure) => this.#dialFailures.tell(failure),
    });
    const endpoints = this.#origins.map((origin) => ({ origin }));
    this.#pool = new ConnectionPool({ name: 'http', ...generic, endpoints, factory });
    this.name = this.#pool.name;
    this.#pool.on((event) => this.#heard(event));
  }

  get accounts(): ConnectionAccounts {
    return this.#pool.accounts;
  }

  get counters(): HttpCounters {
    return { ...this.#counters, failovers: this.#pool.stats().failovers };
  }

  /** See `ConnectionPool.start`. */
  start(to?: 'none' | 'min' | 'max'): Promise<void> {
    return this.#pool.start(to);
  }

  /**
   * Sends a request and reads the whole response, of whatever status.
   * @throws {HttpRequestError} when no try brought a response in time
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    const timeoutMs = request.timeoutMs ?? this.#requestTimeoutMs * this.#tries;
    const course: Course = {
      request,
      idempotent: isIdempotent(request.method ?? 'GET'),
      deadlineMs: this.#clock.now() + timeoutMs,
      avoid: [],
      tries: 0,
    };
    for (;;) {
      const lease = await this.#acquire(course);
      course.tries += 1;
      const result = await this.#try(course, lease);
      if ('response' in result) return result.response;
      if (!result.again) throw result.error;
      course.avoid.push(lease.endpoint);
      this.#counters.retries += 1;
    }
  }

  stats(): PoolStats {
    return this.#pool.stats();
  }

  describe(): string {
    return this.#pool.describe();
  }

  /** Hears the generic pool's events. */
  on(listener: (event: PoolEvent<HttpConnection>) => void): () => void {
    return this.#pool.on(listener);
  }

  /** Hears of every try when it has ended. */
  onAttempt(listener: (attempt: HttpAttempt) => void): () => void {
    return this.#attempts.add(listener);
  }

  /** Hears of every connection when it opens and when it closes. */
  onConnection(listener: (event: HttpConnectionEvent) => void): () => void {
    return this.#connections.add(listener);
  }

  /** Hears of every dial that came to nothing. */
  onDialFailure(listener: (failure: HttpDialFailure) => void): () => void {
    return this.#dialFailures.add(listener);
  }

  /** See `ConnectionPool.drain`. */
  drain(deadlineMs: number): Promise<boolean> {
    return this.#pool.drain(deadlineMs);
  }

  /** Closes every connection now; requests under way fail with kind `closed`. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #acquire({ request, deadlineMs, avoid, tries }: Course): Promise<HttpLease> {
    try {
      return await this.#pool.acquire({
        timeoutMs: Math.max(0, deadlineMs - this.#clock.now()),
        ...(request.signal ? { signal: request.signal } : {}),
        ...(avoid.length > 0 ? { avoid } : {}),
      });
    } catch (error) {
      throw failure(error, tries, request);
    }
  }

  async #try(course: Course, lease: HttpLease): Promise<TryResult> {
    const { request, deadlineMs, idempotent, tries } = course;
    const { connection, endpoint, reused } = lease;
    const startedAtMs = this.#clock.now();
    const bytesBefore = connection.bytesRead;
    const movable = idempotent && tries < this.#tries;
    const call = this.#inFlight.began(endpoint.origin, movable, request.signal);
    this.#counters.attempts += 1;
    try {
      const timeoutMs = Math.max(0, Math.min(this.#requestTimeoutMs, deadlineMs - startedAtMs));
      const response = await connection.request({ ...request, timeoutMs, signal: call.signal });
      lease.release();
      this.#tell(lease, tries, startedAtMs, undefined);
      return { response: { ...response, endpoint, tries, reused } };
    } catch (error) {
      const kind = errorKind(error);
      const answered = connection.bytesRead > bytesBefore;
      const { movedAway } = call;
      lease.release({ broken: true, endpointFailed: !movedAway && blamesEndpoint(error, reused, answered) });
      this.#tell(lease, tries, startedAtMs, kind);
      const left = tries < this.#tries && this.#clock.now() < deadlineMs;
      return {
        error: failure(error, tries, request),
        again: left && mayRetry({ kind, idempotent, reused, answered, movedAway }),
      };
    } finally {
      call.ended();
    }
  }

  #tell(lease: HttpLease, tries: number, startedAtMs: number, kind: HttpAttempt['errorKind']): void {
    const { endpoint, connectionId, connection } = lease;
    const ok = kind === undefined;
    if (!ok) this.#counters.attemptFailures += 1;
    const { localPort } = connection;
    const again = tries > 1;
    const endedAtMs = this.#clock.now();
    this.#attempts.tell({ endpoint, connectionId, localPort, ok, again, errorKind: kind, startedAtMs, endedAtMs });
  }

  #heard(event: PoolEvent<HttpConnection>): void {
    if (event.kind === 'opened') {
      this.#connections.tell({
        kind: 'opened',
        connectionId: event.connectionId,
        endpointIndex: this.#origins.indexOf(event.endpoint.origin),
        localPort: event.connection.localPort,
        openedAtMs: event.atMs,
      });
    } else if (event.kind === 'closed') {
      const { requestsSent, responsesReceived } = event.connection;
      const { connectionId, atMs: closedAtMs } = event;
      this.#connections.tell({ kind: 'closed', connectionId, closedAtMs, requestsSent, responsesReceived });
    } else if (event.kind === 'endpointDown') {
      const others = this.#pool.stats().endpoints.some(({ state }) => state === 'up');
      if (others) this.#inFlight.moveAway(event.endpoint.origin);
    }
  }
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new PoolError('E_POOL_OPTIONS', `expected an http or https origin, got "${text}"`);
}

// A reused connection that the server ended cleanly before any byte was just old; everything else is a failure.
function blamesEndpoint(error: unknown, reused: boolean, answered: boolean): boolean {
  const kind = errorKind(error);
  if (kind === 'timeout') return true;
  return kind === 'reset' && !(reused && !answered && codeOf(error) === 'UND_ERR_SOCKET');
}

function failure(error: unknown, attempts: number, { method = 'GET', path }: HttpRequest): HttpRequestError {
  const text = error instanceof Error ? error.message : String(error);
  return new HttpRequestError(errorKind(error), attempts, `${method} ${path}: ${text}`, { cause: error });
}
