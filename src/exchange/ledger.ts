import type { Clock } from '../base/index.js';
import { Integral } from './integral.js';
import { LedgerTotals } from './ledger-totals.js';
import { ConnectionEntry, EndedRows, type Remote, SubscriptionEntry, type WireBytes } from './ledger-rows.js';
import type { FaultPlan, FaultStamp, LedgerConnection, LedgerSnapshot, LedgerSubscription } from './protocol.js';
import type { StreamMessage } from './venue.js';

const ROW_BOUND = 50_000;

/**
 * The exchange's account of one site: what was accepted, served and sent, counted where it happens.
 *
 * Identities that always hold: accepted = cutInHandshake + connections that became usable + those still in their
 * handshake; accepted = closedByClient + closedByExchange + closedByFault + those open; subscribes = unsubscribes +
 * those that ended with their connection + those live.
 */
export class Ledger {
  readonly #clock: Clock;
  readonly #totals = new LedgerTotals();
  readonly #open: Integral;
  readonly #healthy: Integral;
  readonly #subscribed: Integral;
  readonly #entries = new Set<ConnectionEntry>();
  readonly #ordinals = new Map<string, number>();
  readonly #endedConnections: EndedRows<LedgerConnection>;
  readonly #endedSubscriptions: EndedRows<LedgerSubscription>;
  readonly #stamps: { -readonly [K in keyof FaultStamp]: FaultStamp[K] }[] = [];

  /** At most `rowBound` ended connections, and as many ended subscriptions, are kept between two snapshots. */
  constructor(clock: Clock, rowBound = ROW_BOUND) {
    this.#clock = clock;
    const nowMs = clock.now();
    this.#open = new Integral(nowMs);
    this.#healthy = new Integral(nowMs);
    this.#subscribed = new Integral(nowMs);
    this.#endedConnections = new EndedRows(rowBound);
    this.#endedSubscriptions = new EndedRows(rowBound);
  }

  accepted(endpoint: number, remote: Remote, wire: WireBytes): ConnectionEntry {
    const key = `${endpoint} ${remote.address} ${remote.port}`;
    const ordinal = this.#ordinals.get(key) ?? 0;
    this.#ordinals.set(key, ordinal + 1);
    const entry = new ConnectionEntry({ endpoint, remote, ordinal }, this.#clock.now(), wire);
    this.#entries.add(entry);
    this.#totals.wireOpened(wire);
    this.#totals.count('accepted');
    return entry;
  }

  /** The connection can carry requests: its handshake is done, or it needs none. */
  ready(entry: ConnectionEntry, tls: 'full' | 'resumed' | 'none'): void {
    if (entry.row.readyAtMs !== null || entry.row.closedAtMs !== null) return;
    const nowMs = this.#clock.now();
    entry.row.readyAtMs = nowMs;
    entry.row.tls = tls;
    if (tls === 'full') this.#totals.count('handshakesFull');
    if (tls === 'resumed') this.#totals.count('handshakesResumed');
    this.#open.add(1, nowMs);
    if (entry.faults === 0) this.#healthy.add(1, nowMs);
  }

  /** The connection is over on the exchange's side. Only the first call counts. */
  closed(entry: ConnectionEntry, by: 'client' | 'exchange' | 'fault'): void {
    if (entry.row.closedAtMs !== null) return;
    const nowMs = this.#clock.now();
    if (entry.usable) {
      this.#open.add(-1, nowMs);
      if (entry.faults === 0) this.#healthy.add(-1, nowMs);
    } else this.#totals.count('cutInHandshake');
    entry.row.closedAtMs = nowMs;
    entry.row.endedBy = by;
    this.#totals.count(by === 'client' ? 'closedByClient' : by === 'fault' ? 'closedByFault' : 'closedByExchange');
    for (const subscription of entry.subscriptions.values()) this.#endSubscription(subscription, 'connection');
    entry.subscriptions.clear();
    this.#entries.delete(entry);
    this.#endedConnections.add({ ...entry.row });
  }

  /** The connection's socket is gone: its bytes are final. It may outlive the connection by a trip over the link. */
  wireClosed(entry: ConnectionEntry): void {
    this.#totals.wireClosed(entry.wire);
  }

  request(entry: ConnectionEntry): void {
    if (entry.row.closedAtMs !== null) return;
    this.#totals.count('requests');
    if (entry.row.responses > 0) this.#totals.count('reusedRequests');
    entry.row.requests += 1;
  }

  /** A whole response was handed to the socket; one that outlived its connection is none. */
  response(entry: ConnectionEntry, status: number): void {
    if (entry.row.closedAtMs !== null) return;
    this.#totals.count('responses');
    this.#totals.status(status);
    entry.row.responses += 1;
  }

  upgrade(entry: ConnectionEntry): void {
    this.#totals.count('upgrades');
    entry.row.upgraded = true;
  }

  upgradeRefused(): void {
    this.#totals.count('upgradesRefused');
  }

  /** A subscription begins. A stream that is live on the connection already goes on as it is. */
  subscribed(entry: ConnectionEntry, stream: string, nextId: number): void {
    if (entry.row.closedAtMs !== null || entry.subscriptions.has(stream)) return;
    const nowMs = this.#clock.now();
    entry.subscriptions.set(stream, new SubscriptionEntry(stream, entry.row, nowMs, nextId));
    this.#totals.count('subscribes');
    this.#subscribed.add(1, nowMs);
  }

  /** A subscription ends: the client asked for it or, when the connection is ending, the venue closes its book. */
  unsubscribed(entry: ConnectionEntry, stream: string, nextId: number): void {
    const subscription = entry.subscriptions.get(stream);
    if (!subscription) return;
    entry.subscriptions.delete(stream);
    if (!entry.ending) this.#totals.count('unsubscribes');
    this.#endSubscription(subscription, entry.ending ? 'connection' : 'unsubscribe', nextId);
  }

  /** A market-data message was sent. Sending on a stream that is not live is a fault of the venue, and counted so. */
  sent(entry: ConnectionEntry, message: StreamMessage): void {
    if (entry.row.closedAtMs !== null) return;
    this.#totals.count('messagesSent');
    const subscription = entry.subscriptions.get(message.stream);
    if (subscription) subscription.sent(message.firstId, message.lastId, this.#clock.now());
    else this.violated('sent-without-subscription');
  }

  pingSent(): void {
    this.#totals.count('pingsSent');
  }

  pongReceived(): void {
    this.#totals.count('pongsReceived');
  }

  /** The exchange sent a close frame with this code. */
  closeSent(code: number): void {
    this.#totals.closeCode(code);
  }

  violated(rule: string): void {
    this.#totals.violation(rule);
  }

  /** A fault begins to lie on the connection. */
  caught(entry: ConnectionEntry): void {
    entry.faults += 1;
    if (entry.usable && entry.faults === 1) this.#healthy.add(-1, this.#clock.now());
  }

  /** A fault that lay on the connection was lifted. */
  released(entry: ConnectionEntry): void {
    entry.faults -= 1;
    if (entry.usable && entry.faults === 0) this.#healthy.add(1, this.#clock.now());
  }

  /** Stamps a fault as injected now. */
  injected(plan: FaultPlan): void {
    let openAtInjection = 0;
    for (const entry of this.#entries)
      if (entry.usable && (plan.endpoint === null || entry.row.endpoint === plan.endpoint)) openAtInjection += 1;
    const { id, kind, endpoint } = plan;
    const injectedAtMs = this.#clock.now();
    this.#stamps.push({ id, kind, endpoint, injectedAtMs, liftedAtMs: null, openAtInjection, touched: 0 });
  }

  /** A fault hit something: a connection, a request or a message. */
  touched(id: string): void {
    const stamp = this.#stamps.findLast((stamp) => stamp.id === id);
    if (stamp) stamp.touched += 1;
  }

  /** Stamps a fault as lifted now. */
  lifted(id: string): void {
    const stamp = this.#stamps.findLast((stamp) => stamp.id === id && stamp.liftedAtMs === null);
    if (stamp) stamp.liftedAtMs = this.#clock.now();
  }

  /** Everything since the site opened, with the rows that are open or ended since the last snapshot. */
  snapshot(): LedgerSnapshot {
    const atMs = this.#clock.now();
    const subscriptions = this.#endedSubscriptions.take();
    const connections = this.#endedConnections.take();
    for (const entry of this.#entries) {
      connections.push({ ...entry.row });
      for (const subscription of entry.subscriptions.values()) subscriptions.push(subscription.view());
    }
    return {
      atMs,
      counts: this.#totals.view(),
      integrals: {
        openMs: this.#open.value(atMs),
        healthyMs: this.#healthy.value(atMs),
        subscribedMs: this.#subscribed.value(atMs),
      },
      faults: this.#stamps.map((stamp) => ({ ...stamp })),
      connections,
      subscriptions,
      rowsDropped: this.#endedConnections.dropped + this.#endedSubscriptions.dropped,
    };
  }

  #endSubscription(subscription: SubscriptionEntry, by: 'unsubscribe' | 'connection', nextId?: number): void {
    const nowMs = this.#clock.now();
    subscription.end(by, nowMs, nextId);
    this.#subscribed.add(-1, nowMs);
    this.#endedSubscriptions.add(subscription.view());
  }
}
