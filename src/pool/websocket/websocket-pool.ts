import { sleep } from '../../base/index.js';
import { ConnectionAccounts } from '../accounts.js';
import type { ConnectionPool } from '../connection-pool.js';
import type { PoolEndpoint } from '../contracts.js';
import { Backoff } from './backoff.js';
import { rebalance } from './balance.js';
import type { Carriage } from './carriage.js';
import type { Carrier } from './carrier.js';
import type { ConnectionEnd, WebSocketConnection } from './connection.js';
import { type ConnectionState, stateOf } from './connection-rows.js';
import { StreamConnections } from './connections.js';
import { Deferred } from './deferred.js';
import type { StreamPoolEvent } from './events.js';
import { Fleet } from './fleet.js';
import { dueMsOf, emptyDueMsOf, innerPool } from './inner-pool.js';
import { News } from './news.js';
import { capacityOf, type ResolvedOptions, resolveOptions, type WebSocketConnectionPoolOptions } from './options.js';
import { PlacedSubscription } from './placed-subscription.js';
import { Placer } from './placer.js';
import { Rotation } from './rotation.js';
import { StreamAccounts } from './stream-accounts.js';
import { StreamError } from './stream-error.js';
import type { SubscriptionRow, WebSocketPoolStats } from './stream-pool-stats.js';
import type { SubscriptionContext } from './subscription-context.js';
import type { Subscription, SubscriptionHandlers } from './subscription.js';
import { VenueBudget } from './venue-budget.js';

// RFC 6455 section 7.4.1: the connection went without a close frame.
const ABNORMAL_CLOSURE = 1006;

// A request that has to wait for the venue's limit for this many times the timeout of its answer is better sent elsewhere.
const REQUEST_PATIENCE = 10;

/**
 * Holds subscriptions over a bounded number of WebSocket connections. Callers never see a socket: streams are placed
 * on connections with room, and placed again when theirs breaks, falls silent, grows old, or is closed by the venue.
 */
export class WebSocketConnectionPool implements AsyncDisposable {
  /** Accounts of connections and placements, histograms included. */
  readonly accounts: ConnectionAccounts;
  /** Accounts of subscriptions, histograms included. */
  readonly streams: StreamAccounts;
  readonly #options: ResolvedOptions;
  readonly #endpoints: readonly PoolEndpoint[];
  readonly #news: News;
  readonly #connections: StreamConnections;
  readonly #pool: ConnectionPool<WebSocketConnection>;
  readonly #fleet: Fleet;
  readonly #placer: Placer;
  readonly #rotation: Rotation;
  readonly #context: SubscriptionContext;
  readonly #active = new Map<string, PlacedSubscription>();
  /** Subscriptions to streams whose former holder has not finished unsubscribing. */
  readonly #next = new Map<string, PlacedSubscription>();
  #closing: Promise<void> | undefined;

  /** @throws {RangeError} for settings that make no sense */
  constructor(options: WebSocketConnectionPoolOptions) {
    const resolved = resolveOptions(options);
    const { clock, random, origins, protocol } = resolved;
    const backoff = new Backoff(resolved.backoff, clock, random);
    const budget = resolved.venueBudget ?? new VenueBudget(protocol, clock);
    this.#options = resolved;
    this.#endpoints = origins.map((origin) => ({ origin }));
    this.#news = new News(resolved.name);
    this.accounts = new ConnectionAccounts(clock);
    this.streams = new StreamAccounts(clock);
    this.#connections = new StreamConnections(
      resolved,
      { backoff, budget, accounts: this.accounts, streams: this.streams },
      {
        event: (event) => this.#news.emit(event),
        ended: (connection, end) => this.#ended(connection, end),
      },
    );
    this.#pool = innerPool(resolved, this.#endpoints, this.#connections);
    this.#fleet = new Fleet(
      {
        pool: this.#pool,
        endpoints: this.#endpoints,
        capacity: capacityOf(resolved),
        min: resolved.minConnections,
        max: resolved.maxConnections,
        standby: resolved.standby,
        requestDelayMs: REQUEST_PATIENCE * resolved.ackTimeoutMs,
        backoff,
        connects: budget.connects,
        clock,
      },
      {
        roomMade: () => this.#placer.look(),
        joined: (carrier) => this.#rotation.joined(carrier),
        left: (carrier) => this.#left(carrier),
        leaving: (carrier, withinMs) => this.#rotation.rotate(carrier, 'notice', { withinMs }),
      },
    );
    this.#placer = new Placer(this.#fleet, this.accounts, clock);
    this.#rotation = this.#makeRotation();
    this.#context = this.#makeContext();
    this.#pool.on(({ kind }) => {
      if (kind === 'endpointUp') this.#spreadAgain();
    });
  }

  /** Opens `minConnections`, and what is to be kept ready. Not needed otherwise: connections are dialled as needed. */
  async start(to: 'none' | 'min' | 'max' = 'min'): Promise<void> {
    await this.#pool.start(to);
    this.#placer.look();
  }

  /**
   * Subscribes; the handle is returned at once, and is placed and acknowledged later.
   *
   * @throws {StreamError} E_STREAM_TAKEN when the stream is subscribed to already, E_STREAM_CLOSED after `close`
   */
  subscribe(stream: string, handlers: SubscriptionHandlers = {}): Subscription {
    if (this.#closing) throw new StreamError('E_STREAM_CLOSED', stream, 'The pool is closed');
    const former = this.#active.get(stream);
    if (former?.wanted || this.#next.has(stream))
      throw new StreamError('E_STREAM_TAKEN', stream, `${stream} is subscribed to already`);
    const subscription = new PlacedSubscription(stream, handlers, this.#context);
    if (former) this.#next.set(stream, subscription);
    else this.#activate(subscription);
    return subscription;
  }

  /** Calls `listener` with every event from now on; returns what ends that. */
  on(listener: (event: StreamPoolEvent) => void): () => void {
    return this.#news.on(listener);
  }

  /** The connections open now. */
  connections(): readonly ConnectionState[] {
    return [...this.#connections.open].map((connection) => {
      const carrier = this.#fleet.carrierOf(connection);
      const role = carrier && carrier.role !== 'gone' ? carrier.role : 'idle';
      return stateOf(connection, role, carrier?.load ?? 0);
    });
  }

  /** The subscriptions that have not ended. */
  subscriptions(): readonly SubscriptionRow[] {
    return [...this.#active.values(), ...this.#next.values()].map(({ stream, state, carriages, lastId, delivery }) => ({
      stream,
      state,
      connectionIds: carriages.flatMap(({ carrier }) => carrier?.connection.id ?? []),
      lastId: lastId ?? null,
      lastMessageAtMs: Number.isNaN(delivery.lastAtMs) ? null : delivery.lastAtMs,
      gaps: delivery.gaps,
      waiting: delivery.waiting,
    }));
  }

  stats(): WebSocketPoolStats {
    const pool = this.#pool.stats();
    const accounts = this.accounts.snapshot();
    const carriers = [...this.#fleet.carriers];
    return {
      ...pool,
      ...accounts,
      ...this.#connections.counts(),
      idle: accounts.gauges.open - carriers.filter(({ load }) => load > 0).length,
      endpoints: pool.endpoints.map(({ origin, state, open, failures, weight }, index) => ({
        origin,
        state,
        open,
        failures,
        weight,
        leases: carriers.reduce((sum, { endpointIndex, load }) => (endpointIndex === index ? sum + load : sum), 0),
      })),
      streams: this.streams.snapshot(),
      searching: this.#placer.searching,
      standby: carriers.filter(({ role }) => role === 'standby').length,
      rotating: this.#rotation.pending,
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
    if (this.#closing) return this.#closing;
    const gone = new Deferred();
    // Before anybody hears of an end: who then subscribes or closes comes too late.
    this.#closing = gone.promise;
    this.#close().then(gone.resolve, gone.reject);
    return gone.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#placer.stop();
    this.#rotation.stop();
    this.#fleet.stop();
    for (const held of [...this.#next.values(), ...this.#active.values()]) held.abandon();
    await this.#pool.close();
    await this.#connections.gone();
  }

  #makeContext(): SubscriptionContext {
    const { clock, random, feeds, settleMs, mergeWaitMs, backoff, protocol } = this.#options;
    return {
      clock,
      random: random.fork('retries'),
      accounts: this.streams,
      feeds,
      settleMs,
      mergeWaitMs,
      retryMs: backoff,
      ruleOf: (stream) => protocol.sequenceOf(stream),
      emit: (event) => this.#news.emit(event),
      place: (carriage, on) => this.#place(carriage, on),
      release: (carriage) => this.#release(carriage),
      canMove: (carriage) => this.#fleet.hasOther(carriage.stream),
      finished: (ended) => this.#finished(ended),
    };
  }

  #makeRotation(): Rotation {
    const { clock, ackTimeoutMs, settleMs } = this.#options;
    return new Rotation({
      clock,
      fleet: this.#fleet,
      accounts: this.streams,
      dueMs: dueMsOf(this.#options),
      emptyDueMs: emptyDueMsOf(this.#options),
      graceMs: settleMs + 2 * ackTimeoutMs,
      emit: (event) => this.#news.emit(event),
      move: (old, successor) => {
        for (const [carriage, held] of this.#carriedBy(old)) held.move(carriage, successor);
      },
      moved: (old) => this.#carriedBy(old).every(([{ state }]) => state === 'leaving'),
    });
  }

  #activate(subscription: PlacedSubscription): void {
    this.#active.set(subscription.stream, subscription);
    subscription.ensure();
  }

  #place(carriage: Carriage, on: Carrier | undefined): void {
    const fits = on?.role === 'serving' && on.room > 0 && on.connection.takes(carriage.stream);
    if (fits) this.#placer.place(carriage, on);
    else this.#placer.add(carriage);
  }

  #release(carriage: Carriage): void {
    const { carrier, placedAtMs } = carriage;
    if (!carrier) {
      this.#placer.remove(carriage);
      return;
    }
    this.accounts.useEnded(this.#options.clock.now() - placedAtMs);
    this.#fleet.changeLoad(carrier, -1);
  }

  #finished(subscription: Subscription): void {
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

  #carriedBy(carrier: Carrier): [Carriage, PlacedSubscription][] {
    return carrier.connection.carriers.flatMap(({ stream }) => {
      const held = this.#active.get(stream);
      const carriage = held?.carriages.find((other) => other.carrier === carrier);
      return held && carriage ? [[carriage, held] as [Carriage, PlacedSubscription]] : [];
    });
  }

  #ended(connection: WebSocketConnection, end: ConnectionEnd): void {
    const carrier = this.#fleet.carrierOf(connection);
    if (!carrier || this.#closing) return;
    // One broken connection is one failure of its endpoint, however many streams it carried. A close frame is none.
    // The only endpoint is not taken out: there is nowhere else to go, and a trial would hold the other dials up.
    const endpointFailed =
      this.#endpoints.length > 1 && (end.by === 'dead' || (end.by === 'peer' && end.code === ABNORMAL_CLOSURE));
    const carried = this.#carriedBy(carrier);
    this.#fleet.lost(carrier, end, endpointFailed);
    if (carried.length > 0) this.#fleet.promote();
    for (const [carriage, held] of carried) held.lost(carriage, endpointFailed ? [connection.endpointIndex] : []);
    this.#left(carrier);
    this.#placer.look();
  }

  #left(carrier: Carrier): void {
    this.#rotation.ended(carrier);
    if (this.#options.rebalance) rebalance(this.#fleet, this.#rotation);
  }

  /** An endpoint is in service again. */
  #spreadAgain(): void {
    if (!this.#options.rebalance || this.#closing) return;
    rebalance(this.#fleet, this.#rotation);
    if (this.#options.feeds === 1) return;
    for (const held of this.#active.values()) {
      const [first, second] = held.carriages.filter(({ state, outgoing }) => state === 'acknowledged' && !outgoing);
      const together = first && second && first.carrier?.endpointIndex === second.carrier?.endpointIndex;
      if (together && this.#fleet.hasOther(held.stream)) held.move(second, undefined);
    }
  }
}
