import type { TimerHandle } from '../../base/index.js';
import { Carriage, type CarriageHolder } from './carriage.js';
import type { Carrier } from './carrier.js';
import { Deferred } from './deferred.js';
import { Delivery } from './delivery.js';
import { FeedMerge } from './feed-merge.js';
import { handover, mayForget, shunsOf } from './handover.js';
import { Resynchronisation } from './resynchronisation.js';
import type { StreamData } from './protocol.js';
import { Retry } from './retry.js';
import { Staleness } from './staleness.js';
import { StreamError, streamClosed } from './stream-error.js';
import type { SubscriptionContext } from './subscription-context.js';
import { SubscriptionStatus } from './subscription-status.js';
import type { Subscription, SubscriptionHandlers, SubscriptionState } from './subscription.js';

const NOWHERE: readonly number[] = [];

/** The state machine of one subscription over the connections that carry it. */
export class PlacedSubscription implements Subscription, CarriageHolder {
  readonly stream: string;
  readonly delivery: Delivery;
  readonly #context: SubscriptionContext;
  readonly #status: SubscriptionStatus;
  readonly #merge: FeedMerge;
  readonly #staleness: Staleness | undefined;
  readonly #anew: Resynchronisation;
  /** Of the carriages, the last one that was begun before the stream was asked for anew. */
  #begunBefore = 0;
  readonly #acknowledgement = new Deferred();
  readonly #end = new Deferred();
  #carriages: Carriage[] = [];
  #stale = false;
  #outgoing = 0;
  #begun = 0;
  #wanted = true;
  #settleTimer: TimerHandle;
  readonly #retry: Retry;

  constructor(stream: string, handlers: SubscriptionHandlers, context: SubscriptionContext) {
    const { clock, random, accounts, mergeWaitMs, retryMs, emit } = context;
    this.stream = stream;
    this.#context = context;
    this.delivery = new Delivery({ stream, handlers, clock, accounts, emit, overflowed: () => void this.close() });
    this.#anew = new Resynchronisation({ stream, clock, accounts, emit });
    this.#retry = new Retry({ clock, random, ...retryMs, again: () => this.ensure() });
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
        // The handler of one message may end the subscription, while others were held for it.
        if (this.state === 'closed') return;
        if (this.#stale || this.#staleness) this.#fresh();
        this.delivery.message(message, nowMs, gap);
        if (this.#anew.done) this.#renewed(message, nowMs);
      },
      dropped: (elsewhere) => accounts.count(elsewhere ? 'duplicates' : 'repeated'),
    });
    const { staleAfterMs } = handlers;
    if (staleAfterMs === undefined) return;
    this.#staleness = new Staleness({
      clock,
      staleAfterMs,
      sinceMs: () => this.#silentSinceMs,
      stale: () => this.#becameStale(),
    });
  }

  get acknowledged(): Promise<void> {
    return this.#acknowledgement.promise;
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
    if (this.#wanted) {
      this.#unwant();
      for (const carriage of this.#carriages) this.#leave(carriage);
      this.#isEnding();
    }
    return this.#end.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  resubscribe(): Promise<void> {
    if (!this.#wanted) return Promise.reject(streamClosed(this.stream));
    if (this.#anew.done) return this.#anew.done;
    const done = this.#anew.begin();
    this.#begunBefore = this.#begun;
    this.#merge.awaitSnapshot();
    // What has not been answered yet is left as well: its snapshot may be there already.
    for (const carriage of this.#carriages) this.#leave(carriage);
    this.#update();
    // Before the first it waits for its turn: a former holder of the stream is not done with it.
    if (this.#begun > 0) this.ensure();
    return done;
  }

  /** Looks for as many connections as are missing, preferably not of these endpoints. */
  ensure(elsewhere = NOWHERE): void {
    // Asked for anew, it begins when the old is over: what would come of that later could not be told apart.
    if (this.#anew.done && this.#carriages.some(({ number }) => number <= this.#begunBefore)) return;
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
    if (this.#isEnding()) return;
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
    return this.#context.feeds === 1 ? carriage.elsewhere : shunsOf(carriage, this.#carriages);
  }

  placed(carriage: Carriage): void {
    carriage.placedAtMs = this.#context.clock.now();
  }

  subscribed(carriage: Carriage): void {
    const { clock, accounts, emit } = this.#context;
    const atMs = clock.now();
    accounts.count('acknowledgements');
    emit({ kind: 'acknowledged', stream: this.stream, connectionId: carriage.carrier?.connection.id ?? 0, atMs });
    // Who heard of it, or of the same answer for another stream, may have closed this one or asked for it anew.
    if (carriage.state !== 'asked') return;
    carriage.state = 'acknowledged';
    carriage.acknowledgedAtMs = atMs;
    this.#retry.accepted();
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
      // What heard of the state may have closed the subscription.
      if (this.wanted) this.#retry.refused();
      return;
    }
    this.#acknowledgement.reject(
      new StreamError('E_STREAM_REJECTED', this.stream, `${this.stream} was refused: ${error}`),
    );
    void this.close();
  }

  unanswered(carriage: Carriage, tries: number): void {
    const { clock, accounts, emit } = this.#context;
    if (!this.#wanted || carriage.outgoing) return;
    const connectionId = carriage.carrier?.connection.id ?? 0;
    accounts.count('unanswered');
    emit({ kind: 'unanswered', stream: this.stream, connectionId, atMs: clock.now(), tries });
    // What heard of it may have closed the subscription.
    if (!this.wanted || !this.#context.canMove(carriage)) return;
    // What brings data stays until another one works, but only one such.
    if (carriage.joined && this.#outgoing === 0) this.move(carriage, undefined);
    else {
      this.#leave(carriage);
      this.ensure();
    }
  }

  unsubscribed(carriage: Carriage, answered: boolean): void {
    this.#remove(carriage, answered);
    if (this.#isEnding()) return;
    this.#update();
    this.ensure();
  }

  data(carriage: Carriage, message: StreamData, nowMs: number): void {
    if (this.state === 'closed') return;
    this.#merge.arrived(carriage, message, nowMs);
    if (this.#outgoing > 0) this.#settle();
  }

  /** A message was handed over while the stream is asked for anew. */
  #renewed(message: StreamData, nowMs: number): void {
    const begun = this.#carriages.some(({ joined, number }) => joined && number > this.#begunBefore);
    if (begun) this.#anew.finish(message, nowMs);
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

  /** Others carry it by now. */
  #letGo(old: Carriage): void {
    if (!mayForget(old, this.#carriages, this.#context.ruleOf(this.stream))) this.#leave(old);
    else {
      old.carrier?.connection.forget(this.stream);
      this.#remove(old, false);
    }
  }

  #leave(carriage: Carriage): void {
    if (carriage.state === 'leaving') return;
    const asked = carriage.state !== 'searching' && carriage.carrier?.connection.drop(this.stream);
    if (asked) carriage.state = 'leaving';
    else this.#remove(carriage, true);
  }

  /** Lets those go whose successors work: acknowledged, with data, or quiet for long enough. */
  #settle(): void {
    if (!this.#wanted) return;
    const { clock, feeds, settleMs } = this.#context;
    clock.clearTimeout(this.#settleTimer);
    const nowMs = clock.now();
    const { leave, againAtMs } = handover(this.#carriages, { feeds, settleMs, nowMs });
    for (const old of leave) this.#letGo(old);
    if (this.wanted && againAtMs < Number.POSITIVE_INFINITY)
      this.#settleTimer = clock.setTimeout(() => this.#settle(), againAtMs - nowMs);
  }

  /** Since when there has been no data that the venue owes. */
  get #silentSinceMs(): number {
    return Math.max(this.#status.acknowledgedAtMs, this.delivery.lastAtMs || 0);
  }

  #becameStale(): void {
    if (!this.#wanted || !this.#served) return;
    const { clock, emit } = this.#context;
    if (!this.#stale) {
      this.#stale = true;
      emit({ kind: 'stale', stream: this.stream, atMs: clock.now(), sinceMs: this.#silentSinceMs });
      this.#update();
    }
    const old = this.#carriages.find(({ state, outgoing }) => state === 'acknowledged' && !outgoing);
    if (!old || this.#outgoing > 0) return;
    if (this.#context.canMove(old)) {
      // What stalls is more likely to be the endpoint than anything else.
      this.move(old, undefined, old.carrier ? [old.carrier.endpointIndex] : NOWHERE);
      return;
    }
    this.#leave(old);
    this.delivery.interrupted();
    this.#update();
    this.ensure();
  }

  #fresh(): void {
    if (!this.#wanted) return;
    this.#staleness?.refresh();
    if (!this.#stale) return;
    this.#stale = false;
    this.#update();
  }

  #update(): void {
    if (!this.#wanted) return;
    const served = this.#served;
    if (this.#status.update(served, this.#stale) === 'first') this.#acknowledgement.resolve();
    // What heard of the state may have closed the subscription.
    if (served && this.wanted) this.#staleness?.start();
    else this.#staleness?.stop();
  }

  /** Nobody wants it any more; then it is over with its last carriage. */
  #isEnding(): boolean {
    if (!this.#wanted && this.#carriages.length === 0) this.#finish();
    return !this.#wanted;
  }

  #unwant(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    const { clock } = this.#context;
    this.#status.unwanted();
    this.#staleness?.stop();
    clock.clearTimeout(this.#settleTimer);
    this.#retry.stop();
    this.#anew.abandon();
    // Its stack makes an error dear, and once acknowledged there is nobody to hear it.
    if (Number.isNaN(this.#status.acknowledgedAtMs)) this.#acknowledgement.reject(streamClosed(this.stream));
  }

  #finish(): void {
    if (this.state === 'closed') return;
    this.#merge.stop();
    this.#status.closed();
    this.delivery.end();
    this.#context.finished(this);
    this.#end.resolve();
  }
}
