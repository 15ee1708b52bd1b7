import type { Clock } from '../../base/index.js';
import { FrameLimit } from './frame-limit.js';
import type { RequestAnswer, StreamCodec, StreamProtocol } from './protocol.js';
import type { RequestBudget } from './request-budget.js';
import { encodeRequest, type RequestKind, type StreamRequest, takeBatch } from './request-batch.js';

export interface RequestQueueOptions {
  readonly protocol: StreamProtocol;
  readonly codec: StreamCodec;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  /** How often a request is sent before its user hears that it goes unanswered. */
  readonly ackTries: number;
  /** Of the address, where the venue limits frames over all its connections. */
  readonly budget: RequestBudget | undefined;
  /** Ids are never used twice, on any connection, so that a late answer cannot be taken for another's. */
  readonly nextRequestId: () => number;
}

export interface RequestQueueHandlers {
  send(text: string): void;
  subscribed(stream: string): void;
  rejected(stream: string, error: string): void;
  /** Asked for so many times; unless it is unsubscribed, it goes on being asked for. */
  unanswered(stream: string, tries: number): void;
  /** By the venue's answer, or else because it was asked often enough. */
  unsubscribed(stream: string, answered: boolean): void;
}

// A venue that never answers must not make the list of ids grow for ever.
const REMEMBERED_IDS = 4;

/**
 * Frames of one connection on their way out and their answers: requests batched by turn of the event loop, all frames
 * spaced by the venue's limits, requests sent again when no answer comes.
 */
export class RequestQueue {
  readonly #options: RequestQueueOptions;
  readonly #handlers: RequestQueueHandlers;
  readonly #limit: FrameLimit;
  readonly #unsent = { subscribe: new Set<string>(), unsubscribe: new Set<string>() };
  readonly #again = new Set<StreamRequest>();
  readonly #open = new Map<number, StreamRequest>();
  /** The request that asked for a stream, until it is answered. */
  readonly #asking = new Map<string, StreamRequest>();
  #urgent: (() => void)[] = [];
  #scheduled = false;
  #scheduledLater = false;
  #stopped = false;
  #sent = 0;

  constructor(options: RequestQueueOptions, handlers: RequestQueueHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#limit = new FrameLimit({ ...options, turn: () => this.#flush() });
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
    const { maxStreamsPerRequest } = this.#options.protocol;
    return this.#limit.delayMs(this.#urgent.length + this.#again.size + Math.floor(this.unsent / maxStreamsPerRequest));
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
  replied(): void {
    this.#limit.replied();
  }

  /** The venue answered. Answers to unknown requests are ignored. */
  answered(answer: RequestAnswer): void {
    const request = this.#open.get(answer.id);
    if (!request) return;
    const { ok, accepts, error = accepts ? 'left out of the answer' : '' } = answer;
    this.#forget(request);
    if (request.kind === 'subscribe' && !ok && request.streams.size > 1) this.#split(request);
    else {
      const accepted = accepts && new Set(accepts);
      for (const stream of request.streams)
        this.#settle(request.kind, stream, ok && (!accepted || accepted.has(stream)), error);
    }
  }

  /** The venue answered for one stream of a request. */
  answeredFor(id: number, stream: string): void {
    const request = this.#open.get(id);
    if (!request?.streams.delete(stream)) return;
    if (request.streams.size === 0) this.#forget(request);
    this.#settle(request.kind, stream, true, '');
  }

  stop(): void {
    this.#stopped = true;
    this.#limit.stop();
    for (const request of new Set(this.#open.values())) this.#forget(request);
  }

  #settle(kind: RequestKind, stream: string, ok: boolean, error: string): void {
    // A refused unsubscribe means that there was nothing to unsubscribe from.
    if (kind === 'unsubscribe') {
      this.#handlers.unsubscribed(stream, true);
      return;
    }
    this.#asking.delete(stream);
    if (ok) this.#handlers.subscribed(stream);
    else this.#handlers.rejected(stream, error);
  }

  // One bad stream makes a venue refuse the whole request; asked one by one, only that one is refused.
  #split({ streams }: StreamRequest): void {
    for (const stream of streams) {
      const request: StreamRequest = { kind: 'subscribe', streams: new Set([stream]), ids: [], tries: 0 };
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
    while (!this.#stopped && this.#hasWork() && this.#limit.take(this.#urgent.length > 0 ? 'sign' : 'request'))
      this.#sendNext();
    // What comes while this waits for its turn may be more urgent than what it waits with.
    this.#scheduled = false;
  }

  #hasWork(): boolean {
    // Nobody wants the answer any more.
    for (const request of this.#again) if (request.streams.size === 0) this.#forget(request);
    return this.#urgent.length > 0 || this.#again.size > 0 || this.unsent > 0;
  }

  #sendNext(): void {
    const urgent = this.#urgent.shift();
    if (urgent) urgent();
    else this.#send(this.#nextRequest());
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
    request.tries += 1;
    this.#open.set(id, request);
    if (request.ids.length > REMEMBERED_IDS) this.#open.delete(request.ids.shift() ?? id);
    // Timers run before sockets are read: after a stall of the event loop the answer may be waiting there.
    request.timer = clock.setTimeout(() => {
      request.timer = clock.setTimeout(() => this.#unanswered(request), 0);
    }, ackTimeoutMs);
    this.#sent += 1;
    this.#handlers.send(encodeRequest(codec, request.kind, [...request.streams], id));
  }

  #unanswered(request: StreamRequest): void {
    const { kind, tries, streams } = request;
    const often = tries % this.#options.ackTries === 0;
    // Nobody waits for the end of a stream for ever; what still comes of it is dropped.
    if (kind === 'unsubscribe' && often) this.#forget(request);
    else this.#again.add(request);
    if (often)
      for (const stream of streams)
        if (kind === 'subscribe') this.#handlers.unanswered(stream, tries);
        else this.#handlers.unsubscribed(stream, false);
    this.#schedule();
  }

  #forget(request: StreamRequest): void {
    this.#options.clock.clearTimeout(request.timer);
    for (const id of request.ids) this.#open.delete(id);
    this.#again.delete(request);
  }
}
