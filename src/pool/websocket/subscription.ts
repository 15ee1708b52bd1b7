import type { Clock } from '../../base/index.js';
import type { Lease } from '../contracts.js';
import type { StreamCarrier, WebSocketConnection } from './connection.js';
import type { StreamGap, StreamPoolEvent } from './events.js';
import type { StreamData } from './protocol.js';
import { SequenceFilter } from './sequence-filter.js';
import type { StreamAccounts } from './stream-accounts.js';
import { StreamError } from './stream-error.js';

/**
 * `pending` until the venue acknowledges, then `live`; `recovering` from the loss of the connection until the next
 * acknowledgement; `closed` when no message comes any more.
 */
export type SubscriptionState = 'pending' | 'live' | 'recovering' | 'closed';

/** A consumer's side of a subscription. Handlers must not throw: what they throw is not caught here. */
export interface SubscriptionHandlers {
  /** Every message of the stream once, in rising order of ids. */
  onMessage(message: StreamData): void;
  onState?(state: SubscriptionState): void;
  /** Called before the first message after the gap. */
  onGap?(gap: StreamGap): void;
}

/** A stream that its holder wants, wherever it is carried at the moment. */
export interface Subscription extends AsyncDisposable {
  readonly stream: string;
  readonly state: SubscriptionState;
  /**
   * Resolves at the first acknowledgement.
   * Rejects with {@link StreamError} `E_STREAM_REJECTED` or `E_STREAM_CLOSED`.
   */
  readonly acknowledged: Promise<void>;
  /**
   * Unsubscribes. Resolves when the venue has acknowledged or the connection is gone; messages that arrive before that
   * are still delivered.
   */
  close(): Promise<void>;
}

/** What a subscription needs of the pool it belongs to. */
export interface SubscriptionContext {
  readonly clock: Clock;
  readonly accounts: StreamAccounts;
  emit(event: StreamPoolEvent): void;
  /** Looks for a connection (again). */
  place(subscription: PlacedSubscription): void;
  /** Abandons the search for a connection. */
  unplace(subscription: PlacedSubscription): void;
  /** The subscription came to its end. */
  finished(subscription: PlacedSubscription): void;
}

/** The state machine of one subscription. The pool places it and tells it when its connection is lost. */
export class PlacedSubscription implements Subscription, StreamCarrier {
  readonly stream: string;
  readonly acknowledged: Promise<void>;
  readonly #handlers: SubscriptionHandlers;
  readonly #context: SubscriptionContext;
  readonly #sequence = new SequenceFilter();
  readonly #desiredAtMs: number;
  #state: SubscriptionState = 'pending';
  #lease: Lease<WebSocketConnection> | undefined;
  #closing: Promise<void> | undefined;
  #wanted = true;
  #lastMessageAtMs = Number.NaN;
  #lostAtMs = Number.NaN;
  #resuming = false;
  #resolveAcknowledged: () => void = () => {};
  #rejectAcknowledged: (error: StreamError) => void = () => {};
  #resolveClosing: () => void = () => {};

  constructor(stream: string, handlers: SubscriptionHandlers, context: SubscriptionContext) {
    this.stream = stream;
    this.#handlers = handlers;
    this.#context = context;
    this.#desiredAtMs = context.clock.now();
    this.acknowledged = new Promise((resolve, reject) => {
      this.#resolveAcknowledged = resolve;
      this.#rejectAcknowledged = reject;
    });
    // Whoever does not ask is not to be told by an unhandled rejection; the state says it as well.
    this.acknowledged.catch(() => {});
    context.accounts.desiredChanged(1);
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  /** False from the call of `close` on. */
  get wanted(): boolean {
    return this.#wanted;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A connection with room was found. */
  placed(lease: Lease<WebSocketConnection>): void {
    this.#lease = lease;
    lease.connection.carry(this);
  }

  /** The connection is gone. Returns true when the subscription has to be placed anew. */
  lost(endpointFailed: boolean): boolean {
    this.#release({ broken: true, endpointFailed });
    if (!this.#wanted) {
      this.#finish();
      return false;
    }
    this.#resuming = true;
    if (this.#state === 'live') {
      this.#context.accounts.acknowledgedChanged(-1);
      this.#lostAtMs = this.#context.clock.now();
      this.#enter('recovering');
    }
    return this.#wanted;
  }

  /** Ends the subscription without asking the venue: the pool closes. */
  abandon(): void {
    this.#unwant();
    this.#release();
    this.#finish();
  }

  subscribed(): void {
    // Another holder's handler may have closed this one on hearing of the same answer.
    if (!this.#wanted) return;
    const { accounts, clock } = this.#context;
    const before = this.#state;
    accounts.acknowledgedChanged(1);
    const now = clock.now();
    if (before === 'recovering') {
      accounts.recovered(now - this.#lostAtMs);
      this.#context.emit({ kind: 'recovered', stream: this.stream, atMs: now, downMs: now - this.#lostAtMs });
    } else {
      accounts.subscribeMs.record(now - this.#desiredAtMs);
      this.#resolveAcknowledged();
    }
    this.#enter('live');
  }

  rejected(error: string): void {
    this.#context.accounts.rejected();
    if (this.#state === 'recovering') {
      // The venue has served this stream before, so the refusal is about the moment, not the stream.
      this.#release();
      this.#context.place(this);
      return;
    }
    this.#rejectAcknowledged(new StreamError('E_STREAM_REJECTED', this.stream, `${this.stream} was refused: ${error}`));
    this.#unwant();
    this.#release();
    this.#finish();
  }

  unsubscribed(): void {
    this.#release();
    this.#finish();
  }

  data(message: StreamData): void {
    const verdict = this.#sequence.judge(message.firstId, message.lastId);
    if (verdict.kind === 'repeated') {
      this.#context.accounts.repeated();
      return;
    }
    const now = this.#context.clock.now();
    if (verdict.kind === 'gap') this.#reportGap(verdict.lastGoodId, message.firstId, now);
    if (this.#resuming) this.#resumed(now);
    this.#lastMessageAtMs = now;
    this.#context.accounts.message();
    this.#handlers.onMessage(message);
  }

  #resumed(now: number): void {
    this.#resuming = false;
    if (!Number.isNaN(this.#lastMessageAtMs)) this.#context.accounts.gapMs.record(now - this.#lastMessageAtMs);
  }

  #reportGap(lastGoodId: number, firstGoodId: number, now: number): void {
    const gap = {
      stream: this.stream,
      lastGoodId,
      firstGoodId,
      lastGoodAtMs: this.#lastMessageAtMs,
      firstGoodAtMs: now,
    };
    this.#context.accounts.gap(firstGoodId - lastGoodId - 1);
    this.#context.emit({ kind: 'gap', ...gap });
    this.#handlers.onGap?.(gap);
  }

  #close(): Promise<void> {
    if (this.#state === 'closed') return Promise.resolve();
    this.#unwant();
    const closing = new Promise<void>((resolve) => {
      this.#resolveClosing = resolve;
    });
    if (!this.#lease || !this.#lease.connection.drop(this.stream)) {
      this.#context.unplace(this);
      this.#release();
      this.#finish();
    }
    return closing;
  }

  #unwant(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#context.accounts.desiredChanged(-1);
    if (this.#state === 'live') this.#context.accounts.acknowledgedChanged(-1);
    this.#rejectAcknowledged(new StreamError('E_STREAM_CLOSED', this.stream, `${this.stream} was closed`));
  }

  #release(outcome?: { readonly broken: boolean; readonly endpointFailed: boolean }): void {
    const lease = this.#lease;
    this.#lease = undefined;
    lease?.release(outcome);
  }

  #finish(): void {
    if (this.#state === 'closed') return;
    this.#enter('closed');
    this.#context.finished(this);
    this.#resolveClosing();
  }

  #enter(state: SubscriptionState): void {
    this.#state = state;
    this.#handlers.onState?.(state);
  }
}
