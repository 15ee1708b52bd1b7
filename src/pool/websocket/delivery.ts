import type { Clock } from '../../base/index.js';
import { type Consumer, handlerConsumer, loopConsumer } from './consumer.js';
import type { StreamGap, StreamPoolEvent } from './events.js';
import type { MergeGap } from './feed-merge.js';
import type { BufferOptions, MessageBuffer } from './message-buffer.js';
import type { StreamData } from './protocol.js';
import type { StreamAccounts } from './stream-accounts.js';
import { StreamError } from './stream-error.js';
import type { SubscriptionHandlers, SubscriptionState } from './subscription.js';

export interface DeliveryOptions {
  readonly stream: string;
  readonly handlers: SubscriptionHandlers;
  readonly clock: Clock;
  readonly accounts: StreamAccounts;
  readonly emit: (event: StreamPoolEvent) => void;
  /** The consumer was too slow, and its policy is to end the subscription. */
  readonly overflowed: () => void;
}

const DEFAULT_BUFFER: BufferOptions = { size: 1024, overflow: 'dropOldest' };

/** Hands messages, gaps and states to the consumer of one subscription, counts them, and contains what it throws. */
export class Delivery {
  /** When the last message was handed over; NaN before the first. */
  lastAtMs = Number.NaN;
  gaps = 0;
  readonly #options: DeliveryOptions;
  readonly #consumer: Consumer;
  #resuming = false;
  #overflowSinceMs: number | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { onMessage, buffer = DEFAULT_BUFFER } = options.handlers;
    this.#consumer = onMessage
      ? handlerConsumer(onMessage, (error) => this.#failed(error))
      : loopConsumer(buffer, {
          skipped: (before, next) => this.#skipped(before, next),
          dropped: () => this.#dropped(),
          overflowed: () => this.#overflowed(),
        });
  }

  /** What a loop iterates over. @throws {StreamError} E_STREAM_TAKEN when messages go to a handler */
  get buffer(): MessageBuffer {
    const { stream } = this.#options;
    if (this.#consumer.buffer) return this.#consumer.buffer;
    throw new StreamError('E_STREAM_TAKEN', stream, `Messages of ${stream} go to its handler`);
  }

  /** Messages that wait for the consumer. */
  get waiting(): number {
    return this.#consumer.waiting;
  }

  message(message: StreamData, nowMs: number, gap: MergeGap | undefined): void {
    if (gap) this.#gap(gap, message, nowMs);
    if (this.#resuming) this.#resumed(nowMs);
    this.lastAtMs = nowMs;
    this.#options.accounts.message();
    this.#consumer.take(message);
  }

  /** The last connection that brought messages is lost: the next message ends the interruption. */
  interrupted(): void {
    this.#resuming = true;
  }

  state(state: SubscriptionState): void {
    const { onState } = this.#options.handlers;
    if (onState) this.#contained(() => onState(state));
  }

  end(failure?: Error): void {
    this.#consumer.end(failure);
  }

  #resumed(nowMs: number): void {
    this.#resuming = false;
    if (Number.isNaN(this.lastAtMs)) return;
    const { stream, accounts, emit } = this.#options;
    const gapMs = nowMs - this.lastAtMs;
    accounts.gapMs.record(gapMs);
    emit({ kind: 'resumed', stream, atMs: nowMs, gapMs });
  }

  #gap(gap: MergeGap, message: StreamData, nowMs: number): void {
    this.#tell({
      stream: this.#options.stream,
      ...gap,
      firstGoodId: message.firstId,
      firstGoodAtMs: nowMs,
      ...(message.snapshot && { resynchronised: true }),
    });
  }

  #tell(gap: StreamGap): void {
    const { accounts, emit, handlers } = this.#options;
    this.gaps += 1;
    accounts.gap(gap);
    emit({ kind: 'gap', ...gap });
    const { onGap } = handlers;
    if (onGap) this.#contained(() => onGap(gap));
  }

  #dropped(): void {
    this.#overflowSinceMs ??= this.#options.clock.now();
    this.#options.accounts.count('overflowed');
  }

  #skipped(before: StreamData | undefined, next: StreamData): void {
    const nowMs = this.#options.clock.now();
    const lastGoodAtMs = this.#overflowSinceMs ?? nowMs;
    this.#overflowSinceMs = undefined;
    this.#tell({
      stream: this.#options.stream,
      lastGoodId: before?.lastId ?? null,
      lastGoodAtMs,
      firstGoodId: next.firstId,
      firstGoodAtMs: nowMs,
      cause: 'overflow',
      ...(next.snapshot && { resynchronised: true }),
    });
  }

  #overflowed(): void {
    const { stream, overflowed } = this.#options;
    this.end(new StreamError('E_STREAM_OVERFLOW', stream, `The consumer of ${stream} was too slow for its buffer`));
    overflowed();
  }

  #contained(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const { stream, clock, accounts, emit } = this.#options;
    accounts.count('consumerFailures');
    emit({ kind: 'consumerFailed', stream, atMs: clock.now(), error });
  }
}
