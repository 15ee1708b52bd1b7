import type { Dispatcher } from 'undici';
import { HttpRequestError } from './errors.js';
import type { Delivery } from './order.js';
import { parseHeaders } from './response.js';

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

/** Hands a response on as it comes, to a handler of either of undici's forms. */
export function streamDelivery(handler: Handler, abort: (reason?: Error) => void): StreamDelivery {
  return typeof handler.onRequestStart === 'function'
    ? new ControlledDelivery(handler, abort)
    : new CallbackDelivery(handler, abort);
}

export interface StreamDelivery extends Delivery {
  /** The request is accepted; it can be aborted from now on, though it may still wait for a connection. */
  accepted(): void;
}

/** The form of `onConnect`, `onHeaders`, `onData`: what Node's own fetch uses, and undici's methods up to version 7. */
class CallbackDelivery implements StreamDelivery {
  handedOn = false;
  readonly #handler: Handler;
  readonly #abort: (reason?: Error) => void;

  constructor(handler: Handler, abort: (reason?: Error) => void) {
    this.#handler = handler;
    this.#abort = abort;
  }

  accepted(): void {
    this.#handler.onConnect?.(this.#abort);
  }

  head(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    if (status >= 200) this.handedOn = true;
    this.#handler.onResponseStarted?.();
    return this.#handler.onHeaders?.(status, rawHeaders, resume, statusText) ?? true;
  }

  data(chunk: Buffer): boolean {
    return this.#handler.onData?.(chunk) ?? true;
  }

  done(rawTrailers: string[] | null): void {
    this.#handler.onComplete?.(rawTrailers);
  }

  failed(error: Error): void {
    this.#handler.onError?.(thrown(error));
  }
}

/** The form of `onRequestStart`, `onResponseStart`, with a controller. */
class ControlledDelivery implements StreamDelivery, Controller {
  handedOn = false;
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders: Buffer[] | null = null;
  rawTrailers: string[] | null = null;
  readonly #handler: Handler;
  readonly #abort: (reason?: Error) => void;
  #resume: () => void = () => {};

  constructor(handler: Handler, abort: (reason?: Error) => void) {
    this.#handler = handler;
    this.#abort = abort;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#abort(reason);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#resume();
  }

  accepted(): void {
    this.#handler.onRequestStart?.(this, null);
  }

  head(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    if (status >= 200) this.handedOn = true;
    this.rawHeaders = rawHeaders;
    this.#resume = resume;
    this.#handler.onResponseStart?.(this, status, parseHeaders(rawHeaders), statusText);
    return !this.paused;
  }

  data(chunk: Buffer): boolean {
    this.#handler.onResponseData?.(this, chunk);
    return !this.paused;
  }

  done(rawTrailers: string[] | null): void {
    this.rawTrailers = rawTrailers;
    const trailers = parseHeaders((rawTrailers ?? []).map((text) => Buffer.from(text)));
    this.#handler.onResponseEnd?.(this, { ...trailers });
  }

  failed(error: Error): void {
    this.#handler.onResponseError?.(this, thrown(error));
  }
}

// Whoever aborted gets its own reason back, as fetch does.
function thrown(error: Error): Error {
  return error instanceof HttpRequestError && error.kind === 'aborted' && error.cause instanceof Error
    ? error.cause
    : error;
}
