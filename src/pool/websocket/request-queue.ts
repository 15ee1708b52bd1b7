import type { Clock, TimerHandle } from '../../base/index.js';
import type { StreamCodec, StreamProtocol } from './protocol.js';
import { encodeRequest, type RequestKind, type StreamRequest, takeBatch } from './request-batch.js';
import { RollingLimit } from './rolling-limit.js';

export interface RequestQueueOptions {
  readonly protocol: StreamProtocol;
  readonly codec: StreamCodec;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  /** Ids are never used twice, on any connection, so that a late answer cannot be taken for another's. */
  readonly nextRequestId: () => number;
}

export interface RequestQueueHandlers {
  send(text: string): void;
  subscribed(stream: string): void;
  rejected(stream: string, error: string): void;
  unsubscribed(stream: string): void;
}

// A venue that never answers must not make the list of ids grow for ever.
const REMEMBERED_IDS = 4;

/**
 * Frames of one connection on their way out and their answers: requests batched by turn of the event loop, all frames
 * spaced by the venue's limit, requests sent again when no answer comes. Requests leave one token of the limit to signs
 * of life, which cannot wait.
 */
export class RequestQueue {
  readonly #options: RequestQueueOptions;
  readonly #handlers: RequestQueueHandlers;
  readonly #limit: RollingLimit;
  readonly #reserve: number;
  readonly #unsent = { subscribe: new Set<string>(), unsubscribe: new Set<string>() };
  readonly #again = new Set<StreamRequest>();
  readonly #open = new Map<number, StreamRequest>();
  /** The request that asked for a stream, until it is answered. */
  readonly #asking = new Map<string, StreamRequest>();
  #urgent: (() => void)[] = [];
  #scheduled = false;
  #scheduledLater = false;
  #timer: TimerHandle;
  #stopped = false;
  #sent = 0;

  constructor(options: RequestQueueOptions, handlers: RequestQueueHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    const { requests } = options.protocol;
    this.#limit = new RollingLimit(requests, options.clock);
    this.#reserve = requests.count > 1 ? 1 : 0;
  }

  /** Subscribe and unsubscribe requests sent, repetitions included. */
  get sent(): number {
    return this.#sent;
  }

  /** Streams whose request has not left yet. */
  get unsent(): number {
    return this.#unsent.subscribe.size + this.#unsent.unsubscribe.size;
  }

  /** How long the request of a stream that is asked for now would wait for the venue's limit, in milliseconds. */
  get delayMs(): number {
    const { requests, maxStreamsPerRequest } = this.#options.protocol;
    const before =
      this.#reserve + this.#urgent.length + this.#again.size + Math.floor(this.unsent / maxStreamsPerRequest);
    const windows = Math.floor(before / requests.count);
    return windows * requests.perMs + this.#limit.waitMs(before % requests.count);
  }

  subscribe(stream: string): void {
    this.#unsent.subscribe.add(stream);
    this.#schedule();
  }

  /** Returns false when the stream's subscribe request never left: then there is nothing to take back. */
  unsubscribe(stream: string): boolean {
    if (this.#unsent.subscribe.delete(stream)) return false;
    this.#asking.get(stream)?.streams.delete(stream);
    this.#asking.delete(stream);
    this.#unsent.unsubscribe.add(stream);
    this.#scheduleLater();
    return true;
  }

  /** Does `send` (a ping, a heartbeat) before any request, as soon as the limit allows. */
  urgent(send: () => void): void {
    this.#urgent.push(send);
    this.#schedule();
  }

  /** A frame left that could not wait: an answer to the peer's ping. */
  spent(): void {
    this.#limit.spend();
  }

  /** The venue answered. Answers to unknown requests are ignored. */
  answered(id: number, ok: boolean, error: string): void {
    const request = this.#open.get(id);
    if (!request) return;
    this.#forget(request);
    if (request.kind === 'subscribe' && !ok && request.streams.size > 1) this.#split(request);
    else for (const stream of request.streams) this.#settle(request.kind, stream, ok, error);
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
    for (const request of new Set(this.#open.values())) this.#forget(request);
  }

  #settle(kind: RequestKind, stream: string, ok: boolean, error: string): void {
    // A refused unsubscribe means that there was nothing to unsubscribe from.
    if (kind === 'unsubscribe') {
      this.#handlers.unsubscribed(stream);
      return;
    }
    this.#asking.delete(stream);
    if (ok) this.#handlers.subscribed(stream);
    else this.#handlers.rejected(stream, error);
  }

  // One bad stream makes a venue refuse the whole request; asked one by one, only that one is refused.
  #split({ streams }: StreamRequest): void {
    for (const stream of streams) {
      const request: StreamRequest = { kind: 'subscribe', streams: new Set([stream]), ids: [] };
      this.#asking.set(stream, request);
      this.#again.add(request);
    }
    this.#schedule();
  }

  // After everything else of this turn, so that what was asked for together leaves together.
  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    process.nextTick(() => this.#flush());
  }

  // Nobody waits for the end of a stream, so that those that many timers and messages of one round end leave together.
  #scheduleLater(): void {
    if (this.#scheduledLater || this.#stopped) return;
    this.#scheduledLater = true;
    setImmediate(() => {
      this.#scheduledLater = false;
      this.#flush();
    });
  }

  #flush(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    while (!this.#stopped && this.#hasWork()) {
      const waitMs = this.#limit.waitMs(this.#urgent.length > 0 ? 0 : this.#reserve);
      if (waitMs > 0) {
        this.#timer = clock.setTimeout(() => this.#flush(), waitMs);
        break;
      }
      this.#sendNext();
    }
    // What comes while a timer runs may be more urgent than what it waits with.
    this.#scheduled = false;
  }

  #hasWork(): boolean {
    return this.#urgent.length > 0 || this.#again.size > 0 || this.unsent > 0;
  }

  #sendNext(): void {
    const urgent = this.#urgent.shift();
    if (urgent) {
      this.#limit.spend();
      urgent();
      return;
    }
    const request = this.#nextRequest();
    if (request.streams.size > 0) this.#send(request);
  }

  #nextRequest(): StreamRequest {
    for (const request of this.#again) {
      this.#again.delete(request);
      return request;
    }
    const kind = this.#unsent.subscribe.size > 0 ? 'subscribe' : 'unsubscribe';
    const request = takeBatch(this.#unsent[kind], kind, this.#options.protocol);
    if (kind === 'subscribe') for (const stream of request.streams) this.#asking.set(stream, request);
    return request;
  }

  #send(request: StreamRequest): void {
    const { codec, clock, ackTimeoutMs, nextRequestId } = this.#options;
    const id = nextRequestId();
    request.ids.push(id);
    this.#open.set(id, request);
    if (request.ids.length > REMEMBERED_IDS) this.#open.delete(request.ids.shift() ?? id);
    request.timer = clock.setTimeout(() => this.#unanswered(request), ackTimeoutMs);
    this.#limit.spend();
    this.#sent += 1;
    this.#handlers.send(encodeRequest(codec, request.kind, [...request.streams], id));
  }

  #unanswered(request: StreamRequest): void {
    if (request.streams.size === 0) {
      this.#forget(request);
      return;
    }
    this.#again.add(request);
    this.#schedule();
  }

  #forget(request: StreamRequest): void {
    this.#options.clock.clearTimeout(request.timer);
    for (const id of request.ids) this.#open.delete(id);
    this.#again.delete(request);
  }
}
