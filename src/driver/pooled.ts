import { HttpConnectionPool, HttpRequestError, type Subscription, WebSocketConnectionPool } from '../pool/index.js';
import { claimHttp, claimStreams, FAILURE_KINDS } from './pool-claims.js';
import type { Driver, DriverContext, DriverFactory, DriverResponse, StreamConsumer } from './driver.js';
import { OperationError } from './operation-error.js';
import { trust } from './unpooled-driver.js';

/** This project's pools, with the scenario's settings. */
class PooledDriver implements Driver {
  readonly accounts: Driver['accounts'];
  readonly #context: DriverContext;
  readonly #http: HttpConnectionPool | null;
  readonly #streams: WebSocketConnectionPool | null;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(context: DriverContext) {
    this.#context = context;
    this.#http = context.carries.requests ? httpPool(context) : null;
    this.#streams = context.carries.streams ? streamPool(context) : null;
    this.accounts = { http: this.#http?.accounts ?? null, streams: this.#streams?.accounts ?? null };
    if (this.#http) claimHttp(this.#http, context);
    if (this.#streams) claimStreams(this.#streams, context);
  }

  async start(): Promise<void> {
    await this.#http?.start(this.#context.settings.warmStart);
  }

  async request(path: string): Promise<DriverResponse> {
    if (!this.#http) throw new OperationError('protocol', 'this scenario sends no requests');
    try {
      return await this.#http.request({ path, timeoutMs: this.#context.settings.requestTimeoutMs });
    } catch (error) {
      if (!(error instanceof HttpRequestError)) throw error;
      throw new OperationError(FAILURE_KINDS[error.kind], error.message, { cause: error });
    }
  }

  async subscribe(stream: string, consumer: StreamConsumer): Promise<void> {
    const { clock, settings } = this.#context;
    const { staleAfterMs } = settings.streams ?? {};
    if (!this.#streams) throw new OperationError('protocol', 'this scenario has no streams');
    const subscription = this.#streams.subscribe(stream, {
      onMessage: ({ firstId, lastId, sentAtMs }) => consumer.message(stream, firstId, lastId, sentAtMs ?? null),
      onState: (state) => {
        if (state === 'recovering') consumer.interrupted(stream, clock.now());
        // A stale stream is acknowledged, too: the venue owes its data.
        if (state === 'live' || state === 'stale') consumer.acknowledged(stream, clock.now());
      },
      onGap: (gap) => consumer.gap(stream, gap),
      ...(staleAfterMs !== undefined && { staleAfterMs }),
    });
    this.#subscriptions.set(stream, subscription);
    await subscription.acknowledged;
  }

  async unsubscribe(stream: string): Promise<void> {
    await this.#subscriptions.get(stream)?.close();
    this.#subscriptions.delete(stream);
  }

  async close(): Promise<void> {
    await Promise.all([this.#http?.close(), this.#streams?.close()]);
  }
}

export const createDriver: DriverFactory = (context) => new PooledDriver(context);

function httpPool({ endpoints, ca, settings, clock, random }: DriverContext): HttpConnectionPool {
  return new HttpConnectionPool({
    origins: endpoints.map(({ rest }) => rest),
    ...(ca === null ? {} : { tls: { ca } }),
    requestTimeoutMs: settings.attemptTimeoutMs,
    tries: settings.tries,
    min: settings.min,
    max: settings.max,
    acquireTimeoutMs: settings.acquireTimeoutMs,
    dialTimeoutMs: settings.dialTimeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    failureThreshold: settings.failureThreshold,
    cooldownMs: settings.cooldownMs,
    clock,
    random: random.fork('http'),
  });
}

function streamPool({ endpoints, ca, settings, clock, random, venue }: DriverContext): WebSocketConnectionPool {
  const secureContext = trust(ca);
  const { staleAfterMs: _ofSubscriptions, ...streams } = settings.streams ?? {};
  return new WebSocketConnectionPool({
    origins: endpoints.map(({ ws }) => ws),
    protocol: venue.streams,
    ...(secureContext ? { tls: { secureContext } } : {}),
    maxConnections: settings.max,
    streamsPerConnection: settings.streamsPerConnection,
    handshakeTimeoutMs: settings.dialTimeoutMs,
    acquireTimeoutMs: settings.acquireTimeoutMs,
    silenceTimeoutMs: settings.silenceTimeoutMs,
    pingTimeoutMs: settings.pingTimeoutMs,
    failureThreshold: settings.failureThreshold,
    cooldownMs: settings.cooldownMs,
    ...streams,
    clock,
    random: random.fork('streams'),
  });
}
