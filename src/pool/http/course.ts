import type { PoolEndpoint } from '../contracts.js';
import { guarded } from '../effects.js';
import { toError } from '../errors.js';
import type { Applicant } from './budget-gate.js';
import type { HttpAttempt } from './contracts.js';
import { attemptOf } from './attempt.js';
import { bodyTooLarge, errorKind, failureOf, HttpBudgetError, HttpRequestError, isGarbled } from './errors.js';
import type { Exchange, ResponseSink } from './exchange.js';
import { GiveUp } from './give-up.js';
import type { CourseSetting, HttpLease, Order } from './order.js';
import { announcedBytes, parseHeaders } from './response.js';
import { blamesEndpoint, type FailedTry, isStale, mayRetry } from './retry.js';

// Of the time that it had when it asked for a connection, less than this is left.
const RUSHED = 0.5;

/** One request on its way: budget, connection, exchange, and again if it may. It ends in its delivery exactly once. */
export class Course implements ResponseSink, Applicant {
  readonly budgeted: { readonly method: string; readonly path: string };
  readonly #setting: CourseSetting;
  readonly #order: Order;
  #tries = 0;
  /** Tries of them on connections that had died of old age. */
  #staleTries = 0;
  /** Its connection was there before it asked for one. */
  #standing = false;
  #avoid: readonly PoolEndpoint[] | undefined;
  #lease: HttpLease | undefined;
  /** The try under way on it. */
  #exchange: Exchange | undefined;
  #bytes = 0;
  #startedAtMs = 0;
  /** When it asked for its connection. */
  #askedAtMs = 0;
  #rushed = false;
  #status = 0;
  #movedAway = false;
  #entered = false;
  /** The budget counts a try of it that has no response yet. */
  #charged = false;
  #over = false;
  #onAbort: (() => void) | undefined;
  /** It was aborted while its exchange was ending by itself. */
  #aborted: { readonly reason: unknown } | undefined;
  /** What a handler of the caller's threw; the caller gets it as it is. */
  #thrown: unknown;
  /** Ends its wait for a connection, where nobody gave it a signal. */
  #waiting: GiveUp | undefined;

  constructor(setting: CourseSetting, order: Order) {
    this.#setting = setting;
    this.#order = order;
    this.budgeted = order.wire;
    this.#avoid = order.avoid;
  }

  /** Where it is now. */
  get endpoint(): PoolEndpoint | undefined {
    return this.#lease?.endpoint;
  }

  get deadlineMs(): number {
    return this.#order.deadlineMs;
  }

  begin(): void {
    if (this.#over) return;
    const { signal } = this.#order;
    if (!this.#setting.underWay.enter()) {
      this.turnedAway();
      return;
    }
    this.#entered = true;
    if (signal?.aborted) {
      this.abort(signal.reason);
      return;
    }
    if (signal) {
      this.#onAbort = () => this.abort(signal.reason);
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    this.#apply();
  }

  /** Gives the request up, wherever it stands. */
  abort(reason: unknown): void {
    const lease = this.#lease;
    if (this.#over) return;
    if (lease) {
      this.#aborted = { reason };
      this.#exchange?.abandon(new HttpRequestError('aborted', 1, 'it was aborted', { cause: reason }));
    } else {
      this.#setting.gate?.leave(this);
      this.#fail(reason, 'aborted');
      this.#waiting?.abort(reason);
    }
  }

  /** Its endpoint was declared down: it goes elsewhere if it may be sent again. */
  moveAway(): void {
    const { idempotent, replayable, delivery } = this.#order;
    const exchange = this.#exchange;
    if (
      !exchange ||
      !(idempotent || !exchange.sent) ||
      !replayable ||
      delivery.handedOn ||
      this.#tries >= this.#setting.maxTries
    )
      return;
    this.#movedAway = true;
    exchange.abandon(new HttpRequestError('reset', 1, `${this.endpoint?.origin} was declared down`));
  }

  admitted(): void {
    this.#charged = true;
    this.#acquire();
  }

  refused(retryAfterMs: number): void {
    const { method, path } = this.budgeted;
    const text = `${method} ${path}: the budget allows it in ${Math.ceil(retryAfterMs)} ms`;
    this.#end(new HttpBudgetError(this.#tries, text, retryAfterMs));
  }

  turnedAway(): void {
    this.#fail(new Error('the pool was closed'), 'closed');
  }

  head(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    const { gate, clock } = this.#setting;
    const { wire, maxResponseBytes } = this.#order;
    this.#status = status;
    if (gate && status >= 200) {
      this.#charged = false;
      gate.answered(this.budgeted, status, parseHeaders(rawHeaders), clock.now());
    }
    const limited = maxResponseBytes < Number.POSITIVE_INFINITY;
    if (limited && maxResponseBytes < announcedBytes(wire.method, status, rawHeaders)) return this.#tooLarge();
    try {
      return this.#order.delivery.head(status, rawHeaders, resume, statusText);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  data(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#order.maxResponseBytes) return this.#tooLarge();
    try {
      return this.#order.delivery.data(chunk);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  ended(rawTrailers: string[] | null): void {
    const lease = this.#lease;
    if (!lease) return;
    this.#lease = undefined;
    this.#exchange = undefined;
    this.#leave();
    const { endpoint, reused, connection } = lease;
    let badAnswer = false;
    guarded(() => {
      badAnswer = this.#setting.badAnswer(this.#status);
    });
    if (badAnswer || connection.retiring) lease.release({ retire: connection.retiring, badAnswer });
    else lease.release();
    this.#tell(lease, undefined);
    const { delivery } = this.#order;
    try {
      delivery.done(rawTrailers, { endpoint, reused, tries: this.#tries });
    } catch (error) {
      // So do undici's interceptors ask for another try: their handler throws at the end, and wants to hear of it.
      delivery.failed(toError(error));
    }
  }

  failed(error: Error, exchange: Exchange): void {
    const lease = this.#lease;
    if (!lease) return;
    this.#lease = undefined;
    this.#exchange = undefined;
    const { endpoint, connection } = lease;
    const { sent } = exchange;
    const tried = this.#triedOn(lease, exchange, error);
    const { kind } = tried;
    if (error instanceof HttpRequestError && error.phase === 'unread') this.#setting.counters.unread += 1;
    const deadOnArrival = !sent && kind === 'reset';
    if (deadOnArrival) this.#unsent();
    else this.#tell(lease, kind);
    // A request that was never written, such as one with a forbidden header, has done the connection no harm.
    const broken = sent && !connection.multiplexed;
    lease.release({ broken, retire: !connection.usable, endpointFailed: blamesEndpoint(tried, error) });
    this.#discharge();
    if (this.#aborted) this.#fail(this.#aborted.reason, 'aborted');
    if (isStale(tried)) this.#staleTries += 1;
    if (this.#again(tried)) this.#goAgain(deadOnArrival ? undefined : endpoint);
    else this.#fail(error, kind);
  }

  #triedOn({ reused, connection }: HttpLease, { sent, answered, refused }: Exchange, error: Error): FailedTry {
    return {
      kind: errorKind(error),
      idempotent: this.#order.idempotent,
      sent,
      // A stream that is reset on a connection that goes on is not the end of an old connection.
      old: (reused || this.#standing) && !connection.usable,
      answered,
      refused,
      movedAway: this.#movedAway,
      garbled: isGarbled(error),
      rushed: this.#rushed,
      several: this.#setting.several,
    };
  }

  #goAgain(from: PoolEndpoint | undefined): void {
    this.#movedAway = false;
    if (from) {
      if (this.#setting.several) this.#avoid = [...(this.#avoid ?? []), from];
      this.#setting.counters.retries += 1;
    }
    this.#apply();
  }

  #again(tried: FailedTry): boolean {
    const { replayable, deadlineMs, delivery } = this.#order;
    const { maxTries, clock } = this.#setting;
    if (this.#over || this.#tries - this.#staleTries >= maxTries || clock.now() >= deadlineMs) return false;
    const whole = !delivery.handedOn && (replayable || !tried.sent);
    return whole && mayRetry(tried);
  }

  #tooLarge(): boolean {
    this.#exchange?.abandon(bodyTooLarge(this.#order.maxResponseBytes));
    return true;
  }

  // The connection was dead when it was lent: this was no try.
  #unsent(): void {
    this.#tries -= 1;
    this.#setting.counters.attempts -= 1;
  }

  // What a handler throws fails its own request; the connection hears of it as of any other error.
  #noted(error: unknown): unknown {
    this.#thrown = error;
    return error;
  }

  /** It is over: nothing is to follow but the news of its end. */
  #leave(): void {
    this.#over = true;
    if (this.#entered) this.#setting.underWay.leave();
    if (this.#onAbort) this.#order.signal?.removeEventListener('abort', this.#onAbort);
  }

  #discharge(): void {
    if (!this.#charged) return;
    this.#charged = false;
    this.#setting.gate?.dropped(this.budgeted);
  }

  #apply(): void {
    const { gate } = this.#setting;
    if (gate) gate.enter(this);
    else this.#acquire();
  }

  #acquire(): void {
    const { clock, tryAcquire, acquire, acquireTimeoutMs } = this.#setting;
    const { deadlineMs } = this.#order;
    const ready = this.#avoid ? undefined : tryAcquire();
    this.#standing = ready !== undefined;
    this.#askedAtMs = clock.now();
    if (ready) {
      this.#leased(ready);
      return;
    }
    if (this.#order.abortable) this.#waiting = new GiveUp();
    const signal = this.#order.signal ?? this.#waiting;
    const timeoutMs = Math.max(0, Math.min(acquireTimeoutMs, deadlineMs - clock.now()));
    acquire({
      ...(signal ? { signal } : {}),
      ...(timeoutMs < Number.POSITIVE_INFINITY ? { timeoutMs } : {}),
      ...(this.#avoid ? { avoid: this.#avoid } : {}),
    }).then(
      (lease) => this.#leased(lease),
      (error: unknown) => this.#fail(error, errorKind(error)),
    );
  }

  #leased(lease: HttpLease): void {
    if (this.#over) {
      lease.release();
      return;
    }
    const { wire, limits, deadlineMs } = this.#order;
    this.#lease = lease;
    this.#bytes = 0;
    this.#tries += 1;
    this.#setting.counters.attempts += 1;
    this.#order.onLease?.();
    this.#startedAtMs = this.#setting.clock.now();
    const leftMs = deadlineMs - this.#startedAtMs;
    this.#rushed = leftMs < limits.totalMs && leftMs < RUSHED * (deadlineMs - this.#askedAtMs);
    const within = leftMs < limits.totalMs ? { ...limits, totalMs: Math.max(0, leftMs) } : limits;
    const exchange = lease.connection.send(wire, this, within);
    // What failed within the call has been given back, and may be under way again by now.
    if (this.#lease === lease) this.#exchange = exchange;
  }

  #tell(lease: HttpLease, kind: HttpAttempt['errorKind']): void {
    const { counters, attempts, clock } = this.#setting;
    if (kind !== undefined) counters.attemptFailures += 1;
    if (attempts.none) return;
    attempts.tell(
      attemptOf(lease, kind, { again: this.#tries > 1, startedAtMs: this.#startedAtMs, endedAtMs: clock.now() }),
    );
  }

  #fail(reason: unknown, kind: HttpRequestError['kind']): void {
    const { endedBy } = this.#setting.underWay;
    if (kind === 'closed' && endedBy) this.#end(endedBy);
    else if (this.#thrown !== undefined && this.#thrown === reason) this.#end(toError(reason));
    else this.#end(failureOf(this.budgeted, this.#tries, kind, reason));
  }

  #end(error: Error): void {
    if (this.#over) return;
    this.#leave();
    this.#discharge();
    this.#order.delivery.failed(error);
  }
}
