import { sleep } from '../../base/index.js';
import type { ConnectionAccounts } from '../accounts.js';
import { ConnectionPool } from '../connection-pool.js';
import type { ConnectionFactory, ConnectionPoolOptions, PoolEndpoint, PoolStats } from '../contracts.js';
import { Backoff } from './backoff.js';
import type { ConnectionEnd, FrameCounts, WebSocketConnection } from './connection.js';
import { StreamConnections } from './connections.js';
import type { ConnectionRow, StreamPoolEvent } from './events.js';
import { type ResolvedOptions, resolveOptions, type WebSocketConnectionPoolOptions } from './options.js';
import { Placer } from './placer.js';
import { StreamAccounts, type StreamSnapshot } from './stream-accounts.js';
import { StreamError } from './stream-error.js';
import { PlacedSubscription, type Subscription, type SubscriptionHandlers } from './subscription.js';

// RFC 6455 section 7.4.1: the connection went without a close frame.
const ABNORMAL_CLOSURE = 1006;

const DIAL_SLACK_MS = 1000;

/** Connections (placements of streams are their uses) and subscriptions, read at one moment. */
export interface WebSocketPoolStats extends PoolStats {
  readonly streams: StreamSnapshot;
  /** Frames that are not market data, over all connections so far. */
  readonly frames: Readonly<FrameCounts>;
  /** Subscribe and unsubscribe requests sent, repetitions included. */
  readonly requestsSent: number;
  /** Subscriptions without a connection at the moment. */
  readonly searching: number;
}

/**
 * Holds subscriptions over a bounded number of WebSocket connections. Callers never see a socket: streams are placed
 * on connections with room, and placed again when theirs breaks, falls silent, or is closed by the venue.
 */
export class WebSocketConnectionPool implements AsyncDisposable {
  /** Accounts of subscriptions, histograms included. */
  readonly streams: StreamAccounts;
  readonly #options: ResolvedOptions;
  readonly #pool: ConnectionPool<WebSocketConnection>;
  readonly #connections: StreamConnections;
  readonly #placer: Placer;
  readonly #endpoints: readonly PoolEndpoint[];
  readonly #active = new Map<string, PlacedSubscription>();
  /** Subscriptions to streams whose former holder has not finished unsubscribing. */
  readonly #next = new Map<string, PlacedSubscription>();
  readonly #listeners = new Set<(event: StreamPoolEvent) => void>();
  #closing: Promise<void> | undefined;

  /** @throws {RangeError} for settings that make no sense */
  constructor(options: WebSocketConnectionPoolOptions) {
    this.#options = resolveOptions(options);
    const { clock, random, origins, streamsPerConnection } = this.#options;
    const backoff = new Backoff(this.#options.backoff, clock, random);
    this.streams = new StreamAccounts(clock);
    this.#endpoints = origins.map((origin) => ({ origin }));
    this.#connections = new StreamConnections(this.#options, backoff, {
      event: (event) => this.#emit(event),
      ended: (connection, end) => this.#ended(connection, end),
    });
    this.#pool = new ConnectionPool<WebSocketConnection>(
      poolOptions(this.#options, this.#endpoints, this.#connections),
    );
    this.#placer = new Placer({
      acquire: async (acquire) => this.#pool.acquire(acquire),
      room: () => {
        const { open, used } = this.#pool.accounts.snapshot().gauges;
        return open * streamsPerConnection - used;
      },
      backoff,
      clock,
    });
  }

  /** Accounts of connections and placements, histograms included. */
  get accounts(): ConnectionAccounts {
    return this.#pool.accounts;
  }

  /** Opens `minConnections`. Not needed otherwise: connections are dialled as streams need them. */
  async start(): Promise<void> {
    await this.#pool.start();
  }

  /**
   * Subscribes; the handle is returned at once, and is placed and acknowledged later.
   *
   * @throws {StreamError} E_STREAM_TAKEN when the stream is subscribed to already, E_STREAM_CLOSED after `close`
   */
  subscribe(stream: string, handlers: SubscriptionHandlers): Subscription {
    if (this.#closing) throw new StreamError('E_STREAM_CLOSED', stream, 'The pool is closed');
    const former = this.#active.get(stream);
    if (former?.wanted || this.#next.has(stream))
      throw new StreamError('E_STREAM_TAKEN', stream, `${stream} is subscribed to already`);
    const subscription = new PlacedSubscription(stream, handlers, {
      clock: this.#options.clock,
      accounts: this.streams,
      emit: (event) => this.#emit(event),
      place: (again) => this.#placer.add(again),
      unplace: (searching) => this.#placer.remove(searching),
      finished: (ended) => this.#finished(ended),
    });
    if (former) this.#next.set(stream, subscription);
    else this.#activate(subscription);
    return subscription;
  }

  /** Calls `listener` with every event from now on; returns what ends that. */
  on(listener: (event: StreamPoolEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The connections open now. */
  connections(): readonly ConnectionRow[] {
    return this.#connections.rows();
  }

  stats(): WebSocketPoolStats {
    return {
      ...this.#pool.stats(),
      ...this.#connections.counts(),
      streams: this.streams.snapshot(),
      searching: this.#placer.searching,
    };
  }

  /** Unsubscribes from everything, for at most `timeoutMs`, then closes. */
  async drain(timeoutMs: number): Promise<void> {
    const closed = Promise.all([...this.#active.values(), ...this.#next.values()].map((held) => held.close()));
    const limit = new AbortController();
    await Promise.race([closed, sleep(this.#options.clock, timeoutMs, limit.signal).catch(() => {})]);
    limit.abort();
    await this.close();
  }

  /** Ends every subscription and connection at once; resolves when no socket is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#placer.stop();
    for (const held of [...this.#next.values(), ...this.#active.values()]) held.abandon();
    await this.#pool.close();
    await this.#connections.gone();
  }

  #activate(subscription: PlacedSubscription): void {
    this.#active.set(subscription.stream, subscription);
    this.#placer.add(subscription);
  }

  #finished(subscription: PlacedSubscription): void {
    const { stream } = subscription;
    const next = this.#next.get(stream);
    if (next === subscription) {
      this.#next.delete(stream);
      return;
    }
    this.#active.delete(stream);
    this.#next.delete(stream);
    if (next) this.#activate(next);
  }

  #ended(connection: WebSocketConnection, end: ConnectionEnd): void {
    if (this.#closing) return;
    const endpoint = this.#endpoints[connection.endpointIndex];
    // One broken connection is one failure of its endpoint, however many streams it carried. A close frame is none.
    // The only endpoint is not taken out: there is nowhere else to go, and a trial would hold the other dials up.
    let endpointFailed =
      this.#endpoints.length > 1 && (end.by === 'dead' || (end.by === 'peer' && end.code === ABNORMAL_CLOSURE));
    for (const { stream } of connection.carriers) {
      const subscription = this.#active.get(stream);
      if (subscription?.lost(endpointFailed)) this.#placer.add(subscription, endpoint && [endpoint]);
      endpointFailed = false;
    }
  }

  #emit(event: StreamPoolEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function poolOptions(
  options: ResolvedOptions,
  endpoints: readonly PoolEndpoint[],
  factory: ConnectionFactory<WebSocketConnection>,
): ConnectionPoolOptions<WebSocketConnection> {
  const { name, idleTimeoutMs, failureThreshold } = options;
  return {
    ...(name !== undefined && { name }),
    endpoints,
    factory,
    min: options.minConnections ?? 0,
    max: options.maxConnections,
    leasesPerConnection: options.streamsPerConnection,
    acquireTimeoutMs: options.acquireTimeoutMs,
    // Every desired stream waits somewhere, and a queue that refuses would only be asked again.
    maxPending: Number.POSITIVE_INFINITY,
    // The dialler's own limit comes first: it knows the stage that it was in.
    dialTimeoutMs: options.handshakeTimeoutMs + DIAL_SLACK_MS,
    dialBackoff: { firstMs: options.backoff.initialMs, maxMs: options.backoff.maxMs },
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    ...(failureThreshold !== undefined && { failureThreshold }),
    cooldownMs: options.cooldownMs,
    clock: options.clock,
    random: options.random,
  };
}
