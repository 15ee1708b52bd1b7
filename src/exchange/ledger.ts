import type { Clock } from '../base/index.js';
import { Integral } from './integral.js';
import { LedgerTotals } from './ledger-totals.js';
import { EndedRows } from './ended-rows.js';
import { FaultStamps } from './fault-stamps.js';
import { LEDGER_BOUNDS, type LedgerBounds } from './ledger-bounds.js';
import { ConnectionEntry, type Remote, SubscriptionEntry, type WireBytes } from './ledger-rows.js';
import { Ordinals } from './ordinals.js';
import type { FaultPlan, LedgerConnectionRow, LedgerSizes, LedgerSnapshot, LedgerSubscription } from './protocol.js';
import { RangeBudget } from './sent-ranges.js';
import type { StreamMessage } from './venue.js';

/**
 * The exchange's account of one site: what was accepted, served and sent, counted where it happens.
 *
 * Identities that always hold: accepted = cutInHandshake + connections that became usable + those still in their
 * handshake; accepted = closedByClient + closedByExchange + closedByFault + those open; subscribes = unsubscribes +
 * subscriptionsLost + those live; and each counter that a row has as well is the sum over all rows handed out, as long
 * as none was dropped. Whatever clients do and however long it runs, its memory stays within its bounds; what they
 * make it forget is counted.
 */
export class Ledger {
  readonly #clock: Clock;
  readonly #totals: LedgerTotals;
  readonly #open: Integral;
  readonly #healthy: Integral;
  readonly #subscribed: Integral;
  readonly #entries = new Set<ConnectionEntry>();
  readonly #ordinals: Ordinals;
  readonly #ranges: RangeBudget;
  readonly #endedConnections: EndedRows<LedgerConnectionRow>;
  readonly #endedSubscriptions: EndedRows<LedgerSubscription>;
  readonly #stamps: FaultStamps;

  constructor(clock: Clock, bounds: LedgerBounds = LEDGER_BOUNDS) {
    const { rows, ranges } = bounds;
    this.#clock = clock;
    this.#totals = new LedgerTotals(bounds.names);
    this.#ordinals = new Ordinals(bounds.remotes);
    this.#ranges = new RangeBudget(bounds.rangesOfOne, ranges);
    this.#stamps = new FaultStamps(bounds.stamps);
    const nowMs = clock.now();
    this.#open = new Integral(nowMs);
    this.#healthy = new Integral(nowMs);
    this.#subscribed = new Integral(nowMs);
    this.#endedConnections = new EndedRows({ rows, weight: 0 }, () => 0);
    this.#endedSubscriptions = new EndedRows({ rows, weight: ranges }, ({ sent }) => sent.length);
  }

  accepted(endpoint: number, remote: Remote, wire: WireBytes): ConnectionEntry {
    const ordinal = this.#ordinals.of(`${endpoint} ${remote.address} ${remote.port}`);
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
    entry.readWire();
    this.#endedConnections.add(entry.row);
  }

  /** The connection's socket is gone: its bytes are final. It may outlive the connection by a trip over the link. */
  wireClosed(entry: ConnectionEntry): void {
    this.#totals.wireClosed(entry.wire);
    entry.readWire();
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
    const begin = { startedAtMs: nowMs, fromId: nextId };
    entry.subscriptions.set(stream, new SubscriptionEntry(stream, entry.row, begin, this.#ranges));
    entry.row.subscribes += 1;
    this.#totals.count('subscribes');
    this.#subscribed.add(1, nowMs);
  }

  /** A subscription ends: the client asked for it or, when the connection is ending, the venue closes its book. */
  unsubscribed(entry: ConnectionEntry, stream: string, nextId: number): void {
    const subscription = entry.subscriptions.get(stream);
    if (!subscription) return;
    entry.subscriptions.delete(stream);
    this.#endSubscription(subscription, entry.ending ? 'connection' : 'unsubscribe', nextId);
  }

  /** A market-data message was sent. Sending on a stream that is not live is a fault of the venue, and counted so. */
  sent(entry: ConnectionEntry, message: StreamMessage): void {
    if (entry.row.closedAtMs !== null) return;
    this.#totals.count('messagesSent');
    const subscription = entry.subscriptions.get(message.stream);
    if (!subscription) {
      this.violated('sent-without-subscription');
      return;
    }
    // Only the first message needs the time, and reading the clock is the dearest part.
    subscription.row.firstMessageAtMs ??= this.#clock.now();
    subscription.sent(message.firstId, message.lastId);
  }

  /** A fault keeps a market-data message from being sent. */
  withheld(): void {
    this.#totals.count('withheld');
  }

  /** A message fell due on a stream that no working connection carries. */
  missed(): void {
    this.#totals.count('unsentWhileDown');
  }

  /** The connection works for its client no longer, by a fault or the exchange's own doing; it may stay open. */
  lost(entry: ConnectionEntry): void {
    if (entry.row.closedAtMs !== null || entry.row.lostAtMs !== undefined) return;
    entry.row.lostAtMs = this.#clock.now();
    for (const { row } of entry.subscriptions.values()) row.lostAtMs = entry.row.lostAtMs;
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
    this.#stamps.injected({ id, kind, endpoint, injectedAtMs: this.#clock.now(), openAtInjection });
  }

  /** A fault hit something: a connection, a request or a message. */
  touched(id: string): void {
    this.#stamps.touched(id);
  }

  /** Stamps a fault as lifted now. */
  lifted(id: string): void {
    this.#stamps.lifted(id, this.#clock.now());
  }

  /** Everything since the site opened, with the rows that are open or ended since the last snapshot. */
  snapshot(): LedgerSnapshot {
    const atMs = this.#clock.now();
    const subscriptions = this.#endedSubscriptions.take();
    // Copies: the socket of an ended connection may still have bytes to count.
    const connections: LedgerConnectionRow[] = [];
    for (const row of this.#endedConnections.take()) connections.push({ ...row });
    for (const entry of this.#entries) {
      connections.push(entry.view());
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
      faults: this.#stamps.view(),
      connections,
      subscriptions,
      rowsDropped: this.#endedConnections.dropped + this.#endedSubscriptions.dropped,
      rangesDropped: this.#ranges.dropped,
      stampsDropped: this.#stamps.dropped,
      kept: this.#kept(),
    };
  }

  #endSubscription(subscription: SubscriptionEntry, by: 'unsubscribe' | 'connection', nextId?: number): void {
    const nowMs = this.#clock.now();
    this.#totals.count(by === 'unsubscribe' ? 'unsubscribes' : 'subscriptionsLost');
    this.#subscribed.add(-1, nowMs);
    this.#endedSubscriptions.add(subscription.end(by, nowMs, nextId));
  }

  #kept(): LedgerSizes {
    return {
      endedRows: this.#endedConnections.size + this.#endedSubscriptions.size,
      ranges: this.#ranges.used + this.#endedSubscriptions.weight,
      remotes: this.#ordinals.size,
      stamps: this.#stamps.size,
      names: this.#totals.names,
    };
  }
}
