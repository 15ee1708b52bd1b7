import type { Dispatcher } from 'undici';
import type { ConnectionAccounts } from '../accounts.js';
import { ConnectionPool } from '../connection-pool.js';
import type { PoolEvent, PoolStats } from '../contracts.js';
import { BudgetGate } from './budget-gate.js';
import {
  type HttpAttempt,
  type HttpConnectionEvent,
  type HttpConnectionPoolOptions,
  type HttpCounters,
  type HttpDialFailure,
  type HttpRequest,
  type HttpResponse,
  NO_COUNTS,
} from './contracts.js';
import { Course } from './course.js';
import { HttpConnectionFactory } from './factory.js';
import type { PooledHttpConnection } from './exchange.js';
import { hedged } from './hedge.js';
import { Listeners } from './listeners.js';
import type { CourseSetting, Order } from './order.js';
import { type DispatchingPool, HttpPoolDispatcher } from './pool-dispatcher.js';
import { requestProblem } from './request-problem.js';
import { ResolvedHosts } from './resolved-hosts.js';
import { isIdempotent } from './retry.js';
import { genericOptions, type HttpSettings, isServerError, limitOf, resolveHttpSettings } from './settings.js';
import type { StreamDelivery } from './stream-delivery.js';
import { TlsSessions } from './tls-sessions.js';
import { secureContextOf } from './trust.js';
import { UnderWay } from './under-way.js';
import { WholeDelivery } from './whole-delivery.js';

/**
 * HTTP requests over pooled connections to one or more equivalent origins. A request that its connection fails is
 * sent again if it may be; when an endpoint is declared down, the requests on it move to another at once.
 *
 * `request` reads the whole response. For streams, undici's own methods and `fetch` there is `dispatcher`; the pool
 * itself has `dispatch` as well, so that `fetch(url, { dispatcher: pool })` works.
 */
export class HttpConnectionPool implements AsyncDisposable {
  readonly name: string;
  /** This pool as an undici dispatcher. */
  readonly dispatcher: HttpPoolDispatcher;
  readonly #settings: HttpSettings;
  readonly #pool: ConnectionPool<PooledHttpConnection>;
  readonly #factory: HttpConnectionFactory;
  readonly #setting: CourseSetting;
  readonly #gate: BudgetGate | undefined;
  readonly #underWay: UnderWay;
  readonly #hosts: ResolvedHosts;
  readonly #connected = new Set<PooledHttpConnection>();
  readonly #attempts = new Listeners<HttpAttempt>();
  readonly #connections = new Listeners<HttpConnectionEvent>();
  readonly #dialFailures = new Listeners<HttpDialFailure>();
  readonly #counters = { ...NO_COUNTS };

  /** @throws {PoolError} E_POOL_OPTIONS */
  constructor(options: HttpConnectionPoolOptions) {
    this.#settings = resolveHttpSettings(options);
    const { clock, origins, tries, http2, streamsPerConnection, dns } = this.#settings;
    this.#hosts = new ResolvedHosts(clock, dns, (host, address) => this.#retire(host, address));
    this.#factory = this.#makeFactory(options);
    this.#pool = new ConnectionPool({
      name: 'http',
      ...genericOptions(options),
      endpoints: this.#settings.endpoints,
      factory: this.#factory,
      leasesPerConnection: http2 ? streamsPerConnection : 1,
    });
    this.name = this.#pool.name;
    this.#underWay = new UnderWay(clock);
    this.#gate = options.budget && new BudgetGate(options.budget, clock);
    this.#setting = {
      clock,
      tryAcquire: () => this.#pool.tryAcquire(),
      badAnswer: options.badAnswer ?? isServerError,
      acquire: (acquire) => this.#pool.acquire(acquire),
      maxTries: tries,
      acquireTimeoutMs: options.acquireTimeoutMs ?? Number.POSITIVE_INFINITY,
      underWay: this.#underWay,
      several: origins.length > 1,
      gate: this.#gate,
      counters: this.#counters,
      attempts: this.#attempts,
    };
    this.#pool.on((event) => this.#heard(event));
    this.dispatcher = new HttpPoolDispatcher(this.#dispatching());
  }

  get accounts(): ConnectionAccounts {
    return this.#pool.accounts;
  }

  get counters(): HttpCounters {
    const { failovers } = this.#pool.stats();
    return { ...this.#counters, failovers, held: this.#gate?.held ?? 0, refused: this.#gate?.refusals ?? 0 };
  }

  /** See `ConnectionPool.start`. */
  start(to?: 'none' | 'min' | 'max'): Promise<void> {
    return this.#pool.start(to);
  }

  /**
   * Sends a request and reads the whole response, of whatever status.
   * @throws {HttpRequestError} when no try brought a response in time; {HttpBudgetError} when the budget forbids it;
   * {PoolError} E_POOL_OPTIONS
   */
  request(request: HttpRequest): Promise<HttpResponse> {
    const wrong = requestProblem(request);
    if (wrong) return Promise.reject(wrong);
    const { path, method = 'GET', headers = null, body = null, signal } = request;
    const { clock, requestTimeoutMs, tries, wholeLimits, maxResponseBytes } = this.#settings;
    const order = {
      wire: { path, method, headers, body },
      idempotent: request.idempotent ?? isIdempotent(method),
      replayable: true,
      limits: wholeLimits,
      maxResponseBytes: request.maxResponseBytes ?? maxResponseBytes,
      deadlineMs: clock.now() + (request.timeoutMs ?? requestTimeoutMs * tries),
      signal,
      abortable: false,
      avoid: undefined,
    };
    const { hedgeAfterMs } = request;
    if (hedgeAfterMs !== undefined && order.idempotent) return hedged(this.#setting, order, hedgeAfterMs);
    return new Promise((resolve, reject) => {
      new Course(this.#setting, { ...order, delivery: new WholeDelivery(resolve, reject) }).begin();
    });
  }

  /** See `undici.Dispatcher.dispatch`. */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.dispatcher.dispatch(options, handler);
  }

  stats(): PoolStats {
    return this.#pool.stats();
  }

  describe(): string {
    return this.#pool.describe();
  }

  /** Hears the generic pool's events. */
  on(listener: (event: PoolEvent<PooledHttpConnection>) => void): () => void {
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

  /**
   * Takes no new requests and sees those under way through, held ones and further tries included; then closes. True
   * when all had ended within `withinMs`.
   */
  async drain(withinMs: number): Promise<boolean> {
    // Those under way may need more connections, for another try or once the budget lets them through.
    const leftMs = await this.#underWay.end(withinMs);
    this.#gate?.close();
    const clean = await this.#pool.drain(leftMs);
    await this.#factory.settled();
    this.#hosts.close();
    return clean;
  }

  /** Closes every connection now; requests under way fail with kind `closed`. */
  async close(): Promise<void> {
    this.#underWay.close();
    this.#gate?.close();
    this.#hosts.close();
    await this.#pool.close();
    await this.#factory.settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #makeFactory(options: HttpConnectionPoolOptions): HttpConnectionFactory {
    const { tls = {}, connectTimeoutMs, tlsTimeoutMs, checkTimeoutMs } = options;
    const { clock, origins, http2, streamsPerConnection, dns } = this.#settings;
    let context: ReturnType<typeof secureContextOf> | undefined;
    return new HttpConnectionFactory({
      origins,
      dial: {
        clock,
        lookup: (host) => this.#hosts.lookup(host),
        ...(tls.resume === false ? {} : { sessions: new TlsSessions() }),
        ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
        ...(tlsTimeoutMs === undefined ? {} : { tlsTimeoutMs }),
        attemptDelayMs: dns.attemptDelayMs,
      },
      ...(http2 ? { http2: { streams: streamsPerConnection, pingTimeoutMs: checkTimeoutMs ?? 1_000 } } : {}),
      secureContext: () => (context ??= secureContextOf(tls)),
      onDialFailure: (failure) => this.#dialFailures.tell(failure),
    });
  }

  #dispatching(): DispatchingPool {
    return {
      origins: this.#settings.origins,
      stream: (options, delivery) => this.#stream(options, delivery),
      drain: (deadlineMs) => this.drain(deadlineMs),
      destroy: (error) => {
        this.#underWay.endedBy = error;
        return this.close();
      },
    };
  }

  #stream(options: Dispatcher.DispatchOptions, delivery: StreamDelivery): Course {
    const { headersTimeout, bodyTimeout, method, body } = options;
    const { streamLimits } = this.#settings;
    const own = headersTimeout === undefined && bodyTimeout === undefined;
    const order: Order = {
      // undici's own limits go by the second; these are kept here.
      wire: own ? options : { ...options, headersTimeout: 0, bodyTimeout: 0 },
      idempotent: options.idempotent ?? isIdempotent(method),
      replayable: body === undefined || body === null || typeof body === 'string' || ArrayBuffer.isView(body),
      limits: own
        ? streamLimits
        : {
            ...streamLimits,
            headersMs: limitOf(headersTimeout, streamLimits.headersMs),
            bodyMs: limitOf(bodyTimeout, streamLimits.bodyMs),
          },
      maxResponseBytes: Number.POSITIVE_INFINITY,
      deadlineMs: Number.POSITIVE_INFINITY,
      signal: undefined,
      abortable: true,
      avoid: undefined,
      delivery,
    };
    return new Course(this.#setting, order);
  }

  #heard(event: PoolEvent<PooledHttpConnection>): void {
    if (event.kind === 'opened') {
      const { connectionId, connection, endpoint, atMs: openedAtMs } = event;
      this.#connected.add(connection);
      this.#hosts.opened(connection.origin);
      if (connection.resumed) this.#counters.tlsResumed += 1;
      const endpointIndex = this.#settings.origins.indexOf(endpoint.origin);
      const { localPort } = connection;
      this.#connections.tell({ kind: 'opened', connectionId, endpointIndex, localPort, openedAtMs });
    } else if (event.kind === 'closed') {
      const { connectionId, connection, atMs: closedAtMs } = event;
      this.#connected.delete(connection);
      this.#hosts.closed(connection.origin);
      const { requestsSent, responsesReceived } = connection;
      this.#connections.tell({ kind: 'closed', connectionId, closedAtMs, requestsSent, responsesReceived });
    } else if (event.kind === 'endpointDown' && event.reason !== 'dial') {
      // After a failed dial the connections that are open may be well; should their uses fail too, it is told again.
      const others = this.#pool.stats().endpoints.some(({ state }) => state === 'up');
      if (others) this.#moveAway(event.endpoint.origin);
    }
  }

  #moveAway(origin: string): void {
    for (const connection of this.#connected) {
      if (connection.origin !== origin) continue;
      for (const { sink } of connection.exchanges()) if (sink instanceof Course) sink.moveAway();
    }
  }

  #retire(host: string, address: string): void {
    for (const connection of this.#connected) {
      if (connection.remoteAddress !== address || !this.#hosts.names(connection.origin, host)) continue;
      this.#counters.retired += 1;
      connection.retire();
    }
  }
}
