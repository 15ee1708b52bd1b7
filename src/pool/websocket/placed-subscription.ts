import type { Clock, TimerHandle } from '../../base/index.js';
import { Carriage, type CarriageHolder } from './carriage.js';
import type { Carrier } from './carrier.js';
import { Delivery } from './delivery.js';
import type { StreamPoolEvent } from './events.js';
import { FeedMerge } from './feed-merge.js';
import type { SequenceRule, StreamData } from './protocol.js';
import { Staleness } from './staleness.js';
import type { StreamAccounts } from './stream-accounts.js';
import { StreamError } from './stream-error.js';
import { SubscriptionStatus } from './subscription-status.js';
import type { Subscription, SubscriptionHandlers, SubscriptionState } from './subscription.js';

/** What a subscription needs of the pool it belongs to. */
export interface SubscriptionContext {
  readonly clock: Clock;
  readonly accounts: StreamAccounts;
  /** Connections that carry each stream at the same time. */
  readonly feeds: number;
  /** How long a connection that takes over may bring no data before it counts as working: a quiet stream has none. */
  readonly settleMs: number;
  readonly mergeWaitMs: number;
  /** Shortest and longest pause before a stream is asked for again that the venue refused for the moment. */
  readonly retryMs: { readonly initialMs: number; readonly maxMs: number };
  ruleOf(stream: string): SequenceRule;
  readonly emit: (event: StreamPoolEvent) => void;
  /** Looks for a connection, or puts it on one that was found. */
  place(carriage: Carriage, on: Carrier | undefined): void;
  /** Gives its place back, or the search for one up. */
  release(carriage: Carriage): void;
  /** Is there another connection for it, or can there be one? */
  canMove(carriage: Carriage): boolean;
  /** The subscription came to its end. */
  finished(subscription: PlacedSubscription): void;
}

const NOWHERE: readonly number[] = [];

/** The state machine of one subscription over the connections that carry it. */
export class PlacedSubscription implements Subscription, CarriageHolder {
  readonly stream: string;
  readonly acknowledged: Promise<void>;
  readonly delivery: Delivery;
  readonly #context: SubscriptionContext;
  readonly #status: SubscriptionStatus;
  readonly #merge: FeedMerge;
  readonly #staleness: Staleness | undefined;
  #carriages: Carriage[] = [];
  #stale = false;
  #outgoing = 0;
  #begun = 0;
  #refusals = 0;
  #closing: Promise<void> | undefined;
  #wanted = true;
  #settleTimer: TimerHandle;
  #retryTimer: TimerHandle;
  #resolveAcknowledged: () => void = () => {};
  #rejectAcknowledged: (error: StreamError) => void = () => {};
  #resolveClosing: () => void = () => {};

  constructor(stream: string, handlers: SubscriptionHandlers, context: SubscriptionContext) {
    const { clock, accounts, mergeWaitMs, emit } = context;
    this.stream = stream;
    this.#context = context;
    this.acknowledged = new Promise((resolve, reject) => {
      this.#resolveAcknowledged = resolve;
      this.#rejectAcknowledged = reject;
    });
    // Whoever does not ask is not to be told by an unhandled rejection; the state says it as well.
    this.acknowledged.catch(() => {});
    this.delivery = new Delivery({ stream, handlers, clock, accounts, emit, overflowed: () => void this.close() });
    this.#status = new SubscriptionStatus({
      stream,
      clock,
      accounts,
      emit,
      entered: (state) => this.delivery.state(state),
    });
    this.#merge = new FeedMerge({
      rule: context.ruleOf(stream),
      clock,
      mergeWaitMs,
      feeds: () => this.#carriages,
      deliver: (message, nowMs, gap) => {
        if (this.#stale || this.#staleness) this.#fresh();
        this.delivery.message(message, nowMs, gap);
      },
      dropped: (elsewhere) => accounts.count(elsewhere ? 'duplicates' : 'repeated'),
    });
    const { staleAfterMs } = handlers;
    if (staleAfterMs !== undefined) this.#staleness = this.#watch(staleAfterMs);
  }

  get state(): SubscriptionState {
    return this.#status.state;
  }

  /** False from the call of `close` on. */
  get wanted(): boolean {
    return this.#wanted;
  }

  get carriages(): readonly Carriage[] {
    return this.#carriages;
  }

  get lastId(): number | undefined {
    return this.#merge.lastId;
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamData, undefined, undefined> {
    return this.delivery.buffer;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Looks for as many connections as are missing, preferably not of these endpoints. */
  ensure(elsewhere = NOWHERE): void {
    let active = 0;
    for (const { outgoing, state } of this.#carriages) if (!outgoing && state !== 'leaving') active += 1;
    for (; this.#wanted && active < this.#context.feeds; active += 1) this.#begin(elsewhere, undefined);
  }

  /** Has another connection take over; the old one stays until that works. */
  move(carriage: Carriage, on: Carrier | undefined, elsewhere = NOWHERE): void {
    if (!this.#wanted || carriage.outgoing || carriage.state === 'leaving' || carriage.state === 'gone') return;
    carriage.outgoing = true;
    this.#outgoing += 1;
    this.#begin(elsewhere, on);
  }

  /** The connection is gone. */
  lost(carriage: Carriage, elsewhere: readonly number[]): void {
    const served = this.#served;
    this.#remove(carriage, false);
    if (!this.#wanted) {
      if (this.#carriages.length === 0) this.#finish();
      return;
    }
    if (served && !this.#served) this.delivery.interrupted();
    this.#update();
    this.ensure(elsewhere);
  }

  /** Ends the subscription without asking the venue: the pool closes. */
  abandon(): void {
    this.#unwant();
    for (const carriage of this.#carriages) this.#remove(carriage, false);
    this.#finish();
  }

  shunsFor(carriage: Carriage): readonly number[] {
    if (this.#context.feeds === 1) return carriage.elsewhere;
    const shuns = [...carriage.elsewhere];
    for (const other of this.#carriages) {
      if (other !== carriage && other.carrier && !other.outgoing && other.state !== 'leaving')
        shuns.push(other.carrier.endpointIndex);
    }
    return shuns;
  }

  placed(carriage: Carriage): void {
    carriage.placedAtMs = this.#context.clock.now();
  }

  subscribed(carriage: Carriage): void {
    const { clock, accounts, emit } = this.#context;
    const atMs = clock.now();
    accounts.count('acknowledgements');
    emit({ kind: 'acknowledged', stream: this.stream, connectionId: carriage.carrier?.connection.id ?? 0, atMs });
    // Another holder's handler may have closed this one on hearing of the same answer.
    if (!this.#wanted) return;
    carriage.state = 'acknowledged';
    carriage.acknowledgedAtMs = atMs;
    this.#refusals = 0;
    this.#update();
    if (this.#outgoing > 0) this.#settle();
  }

  rejected(carriage: Carriage, error: string): void {
    const { accounts } = this.#context;
    accounts.count('rejected');
    this.#remove(carriage, false);
    if (!Number.isNaN(this.#status.acknowledgedAtMs)) {
      // The venue has served this stream before, so the refusal is about the moment, not the stream.
      this.#update();
      this.#retry();
      return;
    }
    this.#rejectAcknowledged(new StreamError('E_STREAM_REJECTED', this.stream, `${this.stream} was refused: ${error}`));
    void this.close();
  }

  unsubscribed(carriage: Carriage): void {
    this.#remove(carriage, true);
    if (!this.#wanted) {
      if (this.#carriages.length === 0) this.#finish();
      return;
    }
    this.#update();
    this.ensure();
  }

  data(carriage: Carriage, message: StreamData, nowMs: number): void {
    if (this.state === 'closed') return;
    this.#merge.arrived(carriage, message, nowMs);
    if (this.#outgoing > 0) this.#settle();
  }

  get #served(): boolean {
    return this.#carriages.some(({ state }) => state === 'acknowledged');
  }

  #begin(elsewhere: readonly number[], on: Carrier | undefined): void {
    const carriage = new Carriage(this, (this.#begun += 1), this.#context.clock.now(), elsewhere);
    this.#carriages.push(carriage);
    this.#context.place(carriage, on);
  }

  #remove(carriage: Carriage, complete: boolean): void {
    this.#carriages = this.#carriages.filter((other) => other !== carriage);
    if (carriage.outgoing) this.#outgoing -= 1;
    carriage.outgoing = false;
    this.#context.release(carriage);
    carriage.state = 'gone';
    this.#merge.ended(carriage, complete, carriage.acknowledgedAtMs);
  }

  #leave(carriage: Carriage): void {
    if (carriage.state === 'leaving') return;
    const asked = carriage.state !== 'searching' && carriage.carrier?.connection.drop(this.stream);
    if (asked) carriage.state = 'leaving';
    else this.#remove(carriage, true);
  }

  /** Lets those go whose successors work: acknowledged, with data, or quiet for long enough. */
  #settle(): void {
    const { clock, feeds, settleMs } = this.#context;
    clock.clearTimeout(this.#settleTimer);
    const now = clock.now();
    let working = 0;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { outgoing, state, joined, acknowledgedAtMs } of this.#carriages) {
      if (outgoing || state !== 'acknowledged') continue;
      if (joined || now >= acknowledgedAtMs + settleMs) working += 1;
      else nextMs = Math.min(nextMs, acknowledgedAtMs + settleMs);
    }
    if (working >= feeds) for (const old of this.#carriages.filter(({ outgoing }) => outgoing)) this.#leave(old);
    else if (nextMs < Number.POSITIVE_INFINITY)
      this.#settleTimer = clock.setTimeout(() => this.#settle(), nextMs - now);
  }

  #retry(): void {
    const { clock, retryMs } = this.#context;
    clock.clearTimeout(this.#retryTimer);
    const pauseMs = Math.min(retryMs.maxMs, retryMs.initialMs * 2 ** this.#refusals);
    this.#refusals += 1;
    this.#retryTimer = clock.setTimeout(() => this.ensure(), pauseMs);
  }

  #watch(staleAfterMs: number): Staleness {
    return new Staleness({
      clock: this.#context.clock,
      staleAfterMs,
      sinceMs: () => Math.max(this.#status.acknowledgedAtMs, this.delivery.lastAtMs || 0),
      stale: () => this.#becameStale(),
    });
  }

  #becameStale(): void {
    if (!this.#wanted || !this.#served) return;
    const { clock, emit } = this.#context;
    if (!this.#stale) {
      this.#stale = true;
      const sinceMs = Math.max(this.#status.acknowledgedAtMs, this.delivery.lastAtMs || 0);
      emit({ kind: 'stale', stream: this.stream, atMs: clock.now(), sinceMs });
      this.#update();
    }
    const old = this.#carriages.find(({ state, outgoing }) => state === 'acknowledged' && !outgoing);
    if (!old || this.#outgoing > 0) return;
    if (this.#context.canMove(old)) {
      this.move(old, undefined);
      return;
    }
    this.#leave(old);
    this.delivery.interrupted();
    this.#update();
    this.ensure();
  }

  #fresh(): void {
    this.#staleness?.refresh();
    if (!this.#stale) return;
    this.#stale = false;
    this.#update();
  }

  #update(): void {
    if (!this.#wanted) return;
    const served = this.#served;
    if (this.#status.update(served, this.#stale) === 'first') this.#resolveAcknowledged();
    // What heard of the state may have closed the subscription.
    if (served && this.wanted) this.#staleness?.start();
    else this.#staleness?.stop();
  }

  #close(): Promise<void> {
    if (this.state === 'closed') return Promise.resolve();
    this.#unwant();
    const closing = new Promise<void>((resolve) => {
      this.#resolveClosing = resolve;
    });
    for (const carriage of this.#carriages) this.#leave(carriage);
    if (this.#carriages.length === 0) this.#finish();
    return closing;
  }

  #unwant(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    const { clock } = this.#context;
    this.#status.unwanted();
    this.#staleness?.stop();
    clock.clearTimeout(this.#settleTimer);
    clock.clearTimeout(this.#retryTimer);
    this.#rejectAcknowledged(new StreamError('E_STREAM_CLOSED', this.stream, `${this.stream} was closed`));
  }

  #finish(): void {
    if (this.state === 'closed') return;
    this.#merge.stop();
    this.#status.closed();
    this.delivery.end();
    this.#context.finished(this);
    this.#resolveClosing();
  }
}
