import { wallClockMs as systemWallClockMs } from '../../base/index.js';
import { PoolError } from '../errors.js';
import type { HttpHeaders } from './response.js';

export interface BudgetedRequest {
  readonly method: string;
  readonly path: string;
}

/** What a venue allows: told of every request and response, asked before every request. */
export interface HttpBudget {
  /**
   * Milliseconds until `request` may be sent: 0 for now. The pool asks again when they are over. With `fail` it does
   * not wait but refuses at once.
   */
  ask(request: BudgetedRequest, nowMs: number): { readonly waitMs: number; readonly fail?: boolean };
  /** It is being sent, and counts from now on. */
  sent(request: BudgetedRequest, nowMs: number): void;
  answered(request: BudgetedRequest, status: number, headers: HttpHeaders, nowMs: number): void;
  /** No response will come: it was lost on the way, given up, or got no connection after all. */
  dropped?(request: BudgetedRequest, nowMs: number): void;
}

export interface WeightBudgetOptions {
  /** Weight allowed in a window. */
  readonly limit: number;
  /** Length of a window in milliseconds (default 60,000). */
  readonly windowMs?: number;
  /** Response header with the weight used so far in the window (default `x-mbx-used-weight-1m`, as Binance has it). */
  readonly header?: string;
  /** Weight of a request (default 1 each). */
  readonly weightOf?: (request: BudgetedRequest) => number;
  /** What happens to a request that does not fit: it waits (default), or fails at once. */
  readonly whenSpent?: 'wait' | 'fail';
  /** Time of day in milliseconds since 1970, for a `Retry-After` that is a date without a `Date` (default: the system's). */
  readonly wallClockMs?: () => number;
}

const BLOCKING = new Set([408, 418, 429, 503]);

/**
 * A budget of weight by window, corrected by what the server says it has counted, and closed while a `Retry-After`
 * (RFC 9110, section 10.2.3) of a 408, 418, 429 or 503 lasts.
 */
export class WeightBudget implements HttpBudget {
  readonly #options: Required<WeightBudgetOptions>;
  #windowEndMs = Number.NEGATIVE_INFINITY;
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  #used = 0;
  /** Weight sent and not yet answered, which the server's count may not include. */
  #outstanding = 0;

  /** @throws {PoolError} E_POOL_OPTIONS */
  constructor(options: WeightBudgetOptions) {
    const {
      limit,
      windowMs = 60_000,
      header = 'x-mbx-used-weight-1m',
      weightOf = () => 1,
      whenSpent = 'wait',
    } = options;
    for (const [name, value] of Object.entries({ limit, windowMs })) {
      if (!(value > 0))
        throw new PoolError('E_POOL_OPTIONS', `expected ${name} of the budget to be above 0, got ${value}`);
    }
    const { wallClockMs = systemWallClockMs } = options;
    this.#options = { limit, windowMs, header: header.toLowerCase(), weightOf, whenSpent, wallClockMs };
  }

  /** Weight known to be used in the present window. */
  get used(): number {
    return this.#used;
  }

  ask(request: BudgetedRequest, nowMs: number): { readonly waitMs: number; readonly fail: boolean } {
    const { limit, weightOf, whenSpent } = this.#options;
    this.#roll(nowMs);
    const weight = weightOf(request);
    if (weight > limit) return { waitMs: Number.POSITIVE_INFINITY, fail: true };
    const fits = this.#used + weight <= limit;
    const openAtMs = Math.max(this.#closedUntilMs, fits ? nowMs : this.#windowEndMs);
    return { waitMs: Math.max(0, openAtMs - nowMs), fail: whenSpent === 'fail' && openAtMs > nowMs };
  }

  sent(request: BudgetedRequest, nowMs: number): void {
    this.#roll(nowMs);
    if (this.#windowEndMs <= nowMs) this.#windowEndMs = nowMs + this.#options.windowMs;
    const weight = this.#options.weightOf(request);
    this.#used += weight;
    this.#outstanding += weight;
  }

  answered(request: BudgetedRequest, status: number, headers: HttpHeaders, nowMs: number): void {
    const { header, weightOf, windowMs, wallClockMs } = this.#options;
    this.#roll(nowMs);
    this.#outstanding = Math.max(0, this.#outstanding - weightOf(request));
    const counted = Number(headers[header] ?? Number.NaN);
    if (Number.isFinite(counted)) {
      // A count below ours says that the server's window is younger than we thought.
      if (counted + this.#outstanding < this.#used) this.#windowEndMs = nowMs + windowMs;
      this.#used = counted + this.#outstanding;
    }
    if (BLOCKING.has(status)) {
      this.#closedUntilMs = Math.max(this.#closedUntilMs, nowMs + retryAfterMs(headers, wallClockMs));
    }
  }

  /** What was sent may have been counted, so that it stays used in this window. */
  dropped(request: BudgetedRequest): void {
    this.#outstanding = Math.max(0, this.#outstanding - this.#options.weightOf(request));
  }

  #roll(nowMs: number): void {
    if (nowMs < this.#windowEndMs) return;
    this.#used = this.#outstanding;
    if (this.#windowEndMs > Number.NEGATIVE_INFINITY) this.#windowEndMs = nowMs + this.#options.windowMs;
  }
}

/**
 * How long a response asks to wait: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3); the longest of
 * several, 0 without one. A date is measured from the response's own `Date`, or by the clock when it has none.
 */
export function retryAfterMs(headers: HttpHeaders, wallClockMs: () => number = systemWallClockMs): number {
  const waitsMs = [headers['retry-after'] ?? []].flat().map((text) => {
    if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text) * 1e3;
    const sentAt = typeof headers['date'] === 'string' ? Date.parse(headers['date']) : wallClockMs();
    return Date.parse(text) - sentAt;
  });
  return Math.max(0, ...waitsMs.filter((ms) => !Number.isNaN(ms)));
}
