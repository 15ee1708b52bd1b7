import { Dispatcher } from 'undici';
import type { StreamDelivery } from './stream-delivery.js';
import { streamDelivery } from './stream-delivery.js';

type Options = Dispatcher.DispatchOptions;
type Callback = () => void;

/** What the dispatcher needs of its pool. */
export interface DispatchingPool {
  readonly origins: readonly string[];
  /** Prepares a request whose response goes to `delivery` as it comes. */
  stream(options: Options, delivery: StreamDelivery): { begin(): void; abort(reason: unknown): void };
  drain(withinMs: number): Promise<boolean>;
  /** Closes at once; requests under way end with `error` if there is one. */
  destroy(error: Error | undefined): Promise<void>;
}

// Longer than any drain is waited for, and still a delay that a timer takes.
const NO_DEADLINE_MS = 2 ** 31 - 1;

/**
 * A pool in the form of an undici dispatcher, for `fetch(url, { dispatcher })` and undici's own `request`, `stream` and
 * `pipeline`. Any of the pool's origins may serve a request, whichever of them the URL names. Requests to foreign
 * origins are refused, and so are upgrades.
 */
export class HttpPoolDispatcher extends Dispatcher {
  /** Takes no more requests, by `close` or `destroy`. */
  closed = false;
  destroyed = false;
  readonly #pool: DispatchingPool;

  constructor(pool: DispatchingPool) {
    super();
    this.#pool = pool;
  }

  override dispatch(options: Options, handler: Dispatcher.DispatchHandler): boolean {
    let course: ReturnType<DispatchingPool['stream']> | undefined;
    const delivery = streamDelivery(handler, (reason) => course?.abort(reason ?? abortError()));
    const refusal = this.#refusal(options);
    if (refusal) {
      // An error within the call would come before the caller can know its request.
      queueMicrotask(() => tellRefusal(handler, delivery, refusal));
      return true;
    }
    course = this.#pool.stream(options, delivery);
    delivery.accepted();
    course.begin();
    // The queue is the pool's own affair: there is no need to wait for `drain`.
    return true;
  }

  /** Serves what is under way and waiting, then closes the pool. */
  override close(): Promise<void>;
  override close(callback: Callback): void;
  override close(callback?: Callback): Promise<void> | void {
    this.closed = true;
    return settled(
      this.#pool.drain(NO_DEADLINE_MS).then(() => {}),
      callback,
    );
  }

  /** Closes the pool at once. */
  override destroy(): Promise<void>;
  override destroy(error: Error | null): Promise<void>;
  override destroy(callback: Callback): void;
  override destroy(error: Error | null, callback: Callback): void;
  override destroy(first?: Error | null | Callback, second?: Callback): Promise<void> | void {
    this.closed = true;
    this.destroyed = true;
    const [error, callback] = typeof first === 'function' ? [undefined, first] : [first ?? undefined, second];
    return settled(this.#pool.destroy(error), callback);
  }

  #refusal({ origin, upgrade, method }: Options): Error | undefined {
    if (upgrade || method === 'CONNECT') return new TypeError('a pooled connection cannot be upgraded');
    // Mostly it is just as the pool has it, and reading a URL costs a microsecond.
    if (origin === undefined || this.#pool.origins.includes(origin as string)) return undefined;
    const wanted = URL.canParse(String(origin)) ? new URL(origin).origin : String(origin);
    if (this.#pool.origins.includes(wanted)) return undefined;
    return new TypeError(`${wanted} is not an origin of this pool (${this.#pool.origins.join(', ')})`);
  }
}

function tellRefusal(handler: Dispatcher.DispatchHandler, delivery: StreamDelivery, error: Error): void {
  delivery.accepted();
  if (handler.onError) handler.onError(error);
  else if ('abort' in delivery) handler.onResponseError?.(delivery as unknown as Dispatcher.DispatchController, error);
}

function settled(promise: Promise<void>, callback: Callback | undefined): Promise<void> | void {
  if (!callback) return promise;
  void promise.finally(callback);
}

function abortError(): Error {
  return new DOMException('This operation was aborted', 'AbortError');
}
