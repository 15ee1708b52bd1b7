import type { Clock } from '../../base/index.js';
import type { AcquireOptions, Lease, PoolEndpoint } from '../contracts.js';
import { toError } from '../errors.js';
import type { Applicant, BudgetGate } from './budget-gate.js';
import type { HttpConnection, ResponseSink, WireRequest } from './connection.js';
import type { HttpAttempt, HttpCounters } from './contracts.js';
import { codeOf, errorKind, HttpBudgetError, HttpRequestError } from './errors.js';
import type { Listeners } from './listeners.js';
import type { PhaseLimits } from './phase-watch.js';
import { parseHeaders } from './response.js';
import { type FailedTry, mayRetry } from './retry.js';

type HttpLease = Lease<HttpConnection>;

/** What all requests of a pool share. */
export interface CourseSetting {
  readonly clock: Clock;
  /** A lease of an idle connection, if there is one and nobody waits. */
  readonly tryAcquire: () => HttpLease | undefined;
  readonly acquire: (options: AcquireOptions) => Promise<HttpLease>;
  /** Does a response of this status speak against its endpoint? */
  readonly badAnswer: (status: number) => boolean;
  readonly maxTries: number;
  /** There is more than one endpoint. */
  readonly several: boolean;
  readonly gate: BudgetGate | undefined;
  readonly counters: { -readonly [Name in keyof HttpCounters]: HttpCounters[Name] };
  readonly attempts: Listeners<HttpAttempt>;
}

/** What is asked for, and where the response goes. */
export interface Order {
  readonly wire: WireRequest;
  readonly idempotent: boolean;
  /** Its body can be sent a second time. */
  readonly replayable: boolean;
  readonly limits: PhaseLimits;
  /** When the whole must be over; infinite for none. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** `abort` may be called; without it and without a signal the wait for a connection needs none. */
  readonly abortable: boolean;
  /** Endpoints not to use if any other is there. */
  readonly avoid: readonly PoolEndpoint[] | undefined;
  readonly delivery: Delivery;
}

/** Takes a response; once it has `handedOn` a part, the request cannot be sent again. */
export interface Delivery {
  readonly handedOn: boolean;
  head(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean;
  data(chunk: Buffer): boolean;
  done(rawTrailers: string[] | null, facts: { endpoint: PoolEndpoint; tries: number; reused: boolean }): void;
  failed(error: HttpRequestError): void;
}

/** One request on its way: budget, connection, exchange, and again if it may. It ends in its delivery exactly once. */
export class Course implements ResponseSink, Applicant {
  readonly budgeted: { readonly method: string; readonly path: string };
  readonly #setting: CourseSetting;
  readonly #order: Order;
  #tries = 0;
  #avoid: readonly PoolEndpoint[] | undefined;
  #lease: HttpLease | undefined;
  #startedAtMs = 0;
  #status = 0;
  #movedAway = false;
  /** The budget counts a try of it that has no response yet. */
  #charged = false;
  #over = false;
  #onAbort: (() => void) | undefined;
  /** Ends its wait for a connection, where nobody gave it a signal. */
  #waiting: AbortController | undefined;

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
      lease.connection.abandon(new HttpRequestError('aborted', 1, 'it was aborted', { cause: reason }));
    } else {
      this.#setting.gate?.leave(this);
      this.#fail(reason, 'aborted');
      this.#waiting?.abort(reason);
    }
  }

  /** Its endpoint was declared down: it goes elsewhere if it may be sent again. */
  moveAway(connection: HttpConnection): void {
    const { idempotent, replayable, delivery } = this.#order;
    const sendable = idempotent || !connection.sent;
    if (!sendable || !replayable || delivery.handedOn || this.#tries >= this.#setting.maxTries) return;
    this.#movedAway = true;
    connection.abandon(new HttpRequestError('reset', 1, `${connection.origin} was declared down`));
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
    this.#status = status;
    if (gate && status >= 200) {
      this.#charged = false;
      gate.answered(this.budgeted, status, parseHeaders(rawHeaders), clock.now());
    }
    return this.#order.delivery.head(status, rawHeaders, resume, statusText);
  }

  data(chunk: Buffer): boolean {
    return this.#order.delivery.data(chunk);
  }

  ended(rawTrailers: string[] | null): void {
    const lease = this.#lease;
    if (!lease) return;
    this.#lease = undefined;
    const { endpoint, reused, connection } = lease;
    this.#tell(lease, undefined);
    const badAnswer = this.#setting.badAnswer(this.#status);
    if (badAnswer || connection.retiring) lease.release({ broken: connection.retiring, badAnswer });
    else lease.release();
    this.#over = true;
    this.#unlisten();
    this.#order.delivery.done(rawTrailers, { endpoint, reused, tries: this.#tries });
  }

  failed(error: Error): void {
    const lease = this.#lease;
    if (!lease) return;
    this.#lease = undefined;
    const { connection, endpoint, reused } = lease;
    const { sent, answered } = connection;
    const kind = errorKind(error);
    if (error instanceof HttpRequestError && error.phase === 'unread') this.#setting.counters.unread += 1;
    const deadOnArrival = !sent && kind === 'reset';
    if (deadOnArrival) this.#unsent();
    else this.#tell(lease, kind);
    // A request that was never written, such as one with a forbidden header, has done the connection no harm.
    const broken = sent || !connection.usable;
    const endpointFailed = !this.#movedAway && sent && blamesEndpoint(error, reused, answered);
    lease.release({ broken, endpointFailed });
    this.#discharge();
    if (!this.#again({ kind, sent, reused, answered, movedAway: this.#movedAway })) {
      this.#fail(error, kind);
      return;
    }
    this.#movedAway = false;
    if (!deadOnArrival) {
      this.#avoid = [...(this.#avoid ?? []), endpoint];
      this.#setting.counters.retries += 1;
    }
    this.#apply();
  }

  #again(tried: Omit<FailedTry, 'idempotent' | 'several'>): boolean {
    const { idempotent, replayable, deadlineMs, delivery } = this.#order;
    const { maxTries, clock, several } = this.#setting;
    if (this.#tries >= maxTries || clock.now() >= deadlineMs) return false;
    const whole = !delivery.handedOn && (replayable || !tried.sent);
    return whole && mayRetry({ ...tried, idempotent, several });
  }

  // The connection was dead when it was lent: this was no try.
  #unsent(): void {
    this.#tries -= 1;
    this.#setting.counters.attempts -= 1;
  }

  #unlisten(): void {
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
    const { clock, tryAcquire, acquire } = this.#setting;
    const { deadlineMs } = this.#order;
    const ready = this.#avoid ? undefined : tryAcquire();
    if (ready) {
      this.#leased(ready);
      return;
    }
    if (this.#order.abortable) this.#waiting = new AbortController();
    const signal = this.#order.signal ?? this.#waiting?.signal;
    acquire({
      ...(signal ? { signal } : {}),
      ...(deadlineMs < Number.POSITIVE_INFINITY ? { timeoutMs: Math.max(0, deadlineMs - clock.now()) } : {}),
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
    this.#tries += 1;
    this.#setting.counters.attempts += 1;
    this.#startedAtMs = this.#setting.clock.now();
    const leftMs = deadlineMs - this.#startedAtMs;
    const within = leftMs < limits.totalMs ? { ...limits, totalMs: Math.max(0, leftMs) } : limits;
    lease.connection.send(wire, this, within);
  }

  #tell({ endpoint, connectionId, connection }: HttpLease, kind: HttpAttempt['errorKind']): void {
    const { counters, attempts, clock } = this.#setting;
    const ok = kind === undefined;
    if (!ok) counters.attemptFailures += 1;
    if (attempts.none) return;
    const { localPort } = connection;
    const [startedAtMs, endedAtMs] = [this.#startedAtMs, clock.now()];
    const again = this.#tries > 1;
    attempts.tell({ endpoint, connectionId, localPort, ok, again, errorKind: kind, startedAtMs, endedAtMs });
  }

  #fail(reason: unknown, kind: HttpRequestError['kind']): void {
    const { method, path } = this.budgeted;
    // Whoever aborted finds its own reason, not the words of what stood between.
    const cause = kind === 'aborted' && reason instanceof HttpRequestError ? reason.cause : reason;
    const phase = reason instanceof HttpRequestError && reason.phase ? { phase: reason.phase } : {};
    const text = `${method} ${path}: ${toError(cause).message}`;
    this.#end(new HttpRequestError(kind, this.#tries, text, { cause, ...phase }));
  }

  #end(error: HttpRequestError): void {
    if (this.#over) return;
    this.#over = true;
    this.#discharge();
    this.#unlisten();
    this.#order.delivery.failed(error);
  }
}

// A reused connection that the server ended cleanly before any byte was just old, and a body that nobody reads is not
// its server's fault; everything else is a failure.
function blamesEndpoint(error: Error, reused: boolean, answered: boolean): boolean {
  const kind = errorKind(error);
  if (kind === 'timeout') return !(error instanceof HttpRequestError && error.phase === 'unread');
  return kind === 'reset' && !(reused && !answered && codeOf(error) === 'UND_ERR_SOCKET');
}
