import type { Clock, TimerHandle } from '../../base/index.js';
import type { StreamProtocol } from './protocol.js';
import { RequestLimiter } from './request-limiter.js';

export interface RequestQueueOptions {
  readonly protocol: StreamProtocol;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  /** Ids are never used twice, on any connection, so that a late answer cannot be taken for another's. */
  readonly nextRequestId: () => number;
}

export interface RequestQueueHandlers {
  send(text: string): void;
  ping(): void;
  subscribed(stream: string): void;
  rejected(stream: string, error: string): void;
  unsubscribed(stream: string): void;
}

interface Request {
  readonly kind: 'subscribe' | 'unsubscribe';
  /** Streams that still want the answer. */
  readonly streams: Set<string>;
  /** One for every time it was sent, newest last; an answer to any of them counts. */
  readonly ids: number[];
  timer?: TimerHandle;
}

// A venue that never answers must not make the list of ids grow for ever.
const REMEMBERED_IDS = 4;

/**
 * Requests of one connection on their way out and back: batched by turn of the event loop, spaced by the venue's
 * limit, sent again when no answer comes.
 */
export class RequestQueue {
  readonly #options: RequestQueueOptions;
  readonly #handlers: RequestQueueHandlers;
  readonly #limiter: RequestLimiter;
  readonly #unsent = { subscribe: new Set<string>(), unsubscribe: new Set<string>() };
  readonly #again: Request[] = [];
  readonly #open = new Map<number, Request>();
  #pingWanted = false;
  #scheduled = false;
  #timer: TimerHandle;
  #stopped = false;
  #sent = 0;

  constructor(options: RequestQueueOptions, handlers: RequestQueueHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#limiter = new RequestLimiter(options.protocol.requestsPerSecond, options.clock);
  }

  /** Subscribe and unsubscribe requests sent, repetitions included. */
  get sent(): number {
    return this.#sent;
  }

  subscribe(stream: string): void {
    this.#unsent.subscribe.add(stream);
    this.#schedule();
  }

  /** Returns false when the stream's subscribe request never left: then there is nothing to take back. */
  unsubscribe(stream: string): boolean {
    if (this.#unsent.subscribe.delete(stream)) return false;
    for (const request of [...this.#open.values(), ...this.#again])
      if (request.kind === 'subscribe') request.streams.delete(stream);
    this.#unsent.unsubscribe.add(stream);
    this.#schedule();
    return true;
  }

  /** Sends a ping as soon as the limit allows. */
  ping(): void {
    this.#pingWanted = true;
    this.#schedule();
  }

  /** A pong left in answer to the peer's ping. */
  ponged(): void {
    this.#limiter.spend();
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

  #settle(kind: Request['kind'], stream: string, ok: boolean, error: string): void {
    // A refused unsubscribe means that there was nothing to unsubscribe from.
    if (kind === 'unsubscribe') this.#handlers.unsubscribed(stream);
    else if (ok) this.#handlers.subscribed(stream);
    else this.#handlers.rejected(stream, error);
  }

  // One bad stream makes a venue refuse the whole request; asked one by one, only that one is refused.
  #split(request: Request): void {
    for (const stream of request.streams) this.#again.push({ kind: 'subscribe', streams: new Set([stream]), ids: [] });
    this.#schedule();
  }

  // After everything else of this turn, so that what was asked for together leaves together.
  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    while (!this.#stopped && this.#hasWork()) {
      const waitMs = this.#limiter.waitMs();
      if (waitMs > 0) {
        this.#timer = this.#options.clock.setTimeout(() => this.#flush(), waitMs);
        return;
      }
      this.#sendNext();
    }
    this.#scheduled = false;
  }

  #hasWork(): boolean {
    const { subscribe, unsubscribe } = this.#unsent;
    return this.#pingWanted || this.#again.length > 0 || subscribe.size > 0 || unsubscribe.size > 0;
  }

  #sendNext(): void {
    if (this.#pingWanted) {
      this.#pingWanted = false;
      this.#limiter.spend();
      this.#handlers.ping();
      return;
    }
    const request = this.#again.shift() ?? this.#batch('subscribe') ?? this.#batch('unsubscribe');
    if (request && request.streams.size > 0) this.#send(request);
  }

  #batch(kind: Request['kind']): Request | undefined {
    const unsent = this.#unsent[kind];
    if (unsent.size === 0) return undefined;
    const streams = new Set([...unsent].slice(0, this.#options.protocol.maxStreamsPerRequest));
    for (const stream of streams) unsent.delete(stream);
    return { kind, streams, ids: [] };
  }

  #send(request: Request): void {
    const { protocol, clock, ackTimeoutMs, nextRequestId } = this.#options;
    const id = nextRequestId();
    request.ids.push(id);
    this.#open.set(id, request);
    if (request.ids.length > REMEMBERED_IDS) this.#open.delete(request.ids.shift() ?? id);
    request.timer = clock.setTimeout(() => this.#unanswered(request), ackTimeoutMs);
    this.#limiter.spend();
    this.#sent += 1;
    const streams = [...request.streams];
    this.#handlers.send(
      request.kind === 'subscribe' ? protocol.encodeSubscribe(streams, id) : protocol.encodeUnsubscribe(streams, id),
    );
  }

  #unanswered(request: Request): void {
    if (request.streams.size === 0) {
      this.#forget(request);
      return;
    }
    this.#again.push(request);
    this.#schedule();
  }

  #forget(request: Request): void {
    this.#options.clock.clearTimeout(request.timer);
    for (const id of request.ids) this.#open.delete(id);
    const waiting = this.#again.indexOf(request);
    if (waiting !== -1) this.#again.splice(waiting, 1);
  }
}
