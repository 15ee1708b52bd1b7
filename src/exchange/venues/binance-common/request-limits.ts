import { CalendarWindow, PerAddress } from '../../limits/index.js';
import { AddressBan } from './address-ban.js';
import { type LimitError, limitRefusals } from './rest-errors.js';
import type { CommonRules } from './rules.js';

/** A number of requests that an address may send within a window of the calendar, whatever they weigh. */
export interface Quota {
  /** The rule that is broken by more of them. */
  readonly rule: string;
  readonly limit: number;
  readonly windowMs: number;
  /** Whether every request counts, or only those to endpoints that name the quota. */
  readonly everyRequest: boolean;
}

export interface RequestLimitsOptions {
  readonly rules: CommonRules;
  /** By the name that endpoints give. */
  readonly quotas: Readonly<Record<string, Quota>>;
  readonly enforce: boolean;
}

/** What a request has cost its address. */
export interface Charge {
  /** Weight of this window so far. */
  readonly used: number;
  readonly violated: readonly string[];
  /** The answer that the request gets instead of its own. */
  readonly refusal?: LimitError;
}

interface QuotaAccount {
  readonly name: string;
  readonly quota: Quota;
  readonly window: CalendarWindow;
}

const NONE: readonly string[] = [];

/** Request weight and request counts by address. */
export class RequestLimits {
  readonly #accounts: PerAddress<RequestAccount>;

  constructor(options: RequestLimitsOptions) {
    this.#accounts = new PerAddress(() => new RequestAccount(options));
  }

  of(address: string): RequestAccount {
    return this.#accounts.of(address);
  }
}

/**
 * The account of one address. Who goes on after 429 is banned with 418 ("from 2 minutes to 3 days", growing); how many
 * answers 429 that takes is not published.
 */
export class RequestAccount {
  readonly #rules: CommonRules;
  readonly #enforce: boolean;
  readonly #weight: CalendarWindow;
  readonly #refusals: CalendarWindow;
  readonly #quotas: readonly QuotaAccount[];
  readonly #ban: AddressBan;

  constructor({ rules, quotas, enforce }: RequestLimitsOptions) {
    this.#rules = rules;
    this.#enforce = enforce;
    this.#weight = new CalendarWindow(rules.weightWindowMs);
    this.#refusals = new CalendarWindow(rules.weightWindowMs);
    this.#quotas = Object.entries(quotas).map(([name, quota]) => ({
      name,
      quota,
      window: new CalendarWindow(quota.windowMs),
    }));
    this.#ban = new AddressBan(rules);
  }

  /** The refusal of a request while the address is banned; undefined when it is not. */
  banned(wallMs: number): LimitError | undefined {
    const untilMs = this.#ban.endOf(wallMs);
    return untilMs === undefined ? undefined : limitRefusals.banned(untilMs);
  }

  /** Weight used in the window that is running. */
  used(wallMs: number): number {
    return this.#weight.add(0, wallMs);
  }

  /** Books a request to an endpoint that names this quota, or none. */
  charge(wallMs: number, weight: number, quotaName?: string): Charge {
    const used = this.#weight.add(weight, wallMs);
    const overdrawn = this.#overdrawn(wallMs, quotaName);
    const overweight = used > this.#rules.weightPerWindow;
    if (!overweight && overdrawn.length === 0) return { used, violated: NONE };
    const violated = overdrawn.map(({ quota }) => quota.rule);
    if (overweight) violated.push('request-weight');
    if (!this.#enforce) return { used, violated };
    return { used, violated, refusal: this.#refusalOf(wallMs, overweight ? undefined : overdrawn[0]) };
  }

  #overdrawn(wallMs: number, quotaName: string | undefined): readonly QuotaAccount[] {
    const overdrawn: QuotaAccount[] = [];
    for (const one of this.#quotas) {
      if (!one.quota.everyRequest && one.name !== quotaName) continue;
      if (one.window.add(1, wallMs) > one.quota.limit) overdrawn.push(one);
    }
    return overdrawn;
  }

  /** The answer to one request too many: for its weight when no quota is named. */
  #refusalOf(wallMs: number, overdrawn: QuotaAccount | undefined): LimitError {
    const { weightPerWindow, forgivenRefusals } = this.#rules;
    if (this.#refusals.add(1, wallMs) > forgivenRefusals) return limitRefusals.banned(this.#ban.impose(wallMs));
    if (!overdrawn) return limitRefusals.weight(weightPerWindow, wallMs + this.#weight.remainingMs(wallMs));
    return limitRefusals.requests(overdrawn.quota.limit, wallMs + overdrawn.window.remainingMs(wallMs));
  }
}
