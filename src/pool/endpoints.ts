import type { PoolEndpoint } from './contracts.js';
import { EndpointHealth, type HealthSettings } from './endpoint-health.js';

export interface EndpointsSettings extends HealthSettings {
  readonly endpoints: readonly PoolEndpoint[];
  readonly maxPerEndpoint: number;
}

/** All endpoints of a pool: which of them to dial next. */
export class Endpoints {
  readonly all: readonly EndpointHealth[];
  readonly #maxPerEndpoint: number;
  readonly #lists = new Map<string, readonly PoolEndpoint[]>();

  constructor(settings: EndpointsSettings) {
    this.all = settings.endpoints.map((endpoint) => new EndpointHealth(endpoint, settings));
    this.#maxPerEndpoint = settings.maxPerEndpoint;
  }

  /** The endpoints of this pool among `some`; the same ones make the same list, so that lists can be told apart fast. */
  listOf(some: readonly PoolEndpoint[]): readonly PoolEndpoint[] {
    const ours = this.all.filter(({ endpoint }) => includes(some, endpoint));
    const key = ours.map(({ endpoint }) => endpoint.origin).join(' ');
    const list = this.#lists.get(key) ?? ours.map(({ endpoint }) => endpoint);
    this.#lists.set(key, list);
    return list;
  }

  /** Dials under way that can be counted on; those to an endpoint on trial cannot. */
  get reliableDials(): number {
    return this.all.reduce((sum, health) => (this.serves(health) ? sum + health.dialing : sum), 0);
  }

  /** Is it in service? When none is up, those are that a dial on trial has just reached: there is no better. */
  serves(health: EndpointHealth): boolean {
    return health.state === 'up' || (health.reached && this.noneUp());
  }

  /** The endpoint, in service and not pausing, with the fewest connections for its weight; one to be avoided only in need. */
  choose(nowMs: number, avoid: readonly PoolEndpoint[]): EndpointHealth | undefined {
    const ready = this.all.filter(
      (health) => this.serves(health) && health.retryAtMs <= nowMs && health.load < this.#maxPerEndpoint,
    );
    const wanted = ready.filter(({ endpoint }) => !includes(avoid, endpoint));
    const candidates = wanted.length > 0 ? wanted : ready;
    return lowest(
      candidates,
      (health) => (health.load + 1) / health.weightAt(nowMs),
      ({ lastDialedAtMs }) => lastDialedAtMs,
    );
  }

  /**
   * An endpoint to try again: down, its pause over, and its cooldown over as well, unless nothing is up and there is
   * work (`needed`). Of several the one that failed longest ago. Dials from before it went down do not count.
   */
  chooseTrial(nowMs: number, needed: boolean, patienceMs: number): EndpointHealth | undefined {
    const lastHope = needed && this.noneUp();
    const overdue = ({ state, open, lastDialedAtMs }: EndpointHealth): boolean =>
      state === 'trial' && open === 0 && nowMs - lastDialedAtMs >= patienceMs;
    const candidates = this.all.filter(
      (health) =>
        ((health.state === 'down' && !health.trialDialing) || (lastHope && overdue(health))) &&
        health.load < this.#maxPerEndpoint &&
        health.retryAtMs <= nowMs &&
        (lastHope || health.downUntilMs <= nowMs),
    );
    return lowest(
      candidates,
      ({ lastFailedAtMs }) => lastFailedAtMs,
      ({ load }) => load,
    );
  }

  /** Is there another endpoint that a connection for this caller is coming from, or can be dialled to now? */
  hasOther(nowMs: number, avoid: readonly PoolEndpoint[], room: boolean): boolean {
    return this.all.some(
      (health) =>
        health.state === 'up' &&
        !includes(avoid, health.endpoint) &&
        (health.dialing > 0 || (room && health.retryAtMs <= nowMs && health.load < this.#maxPerEndpoint)),
    );
  }

  /** Those out of service, by origin, each with why it could not be dialled if that was so. */
  get down(): string[] {
    return this.all.flatMap(({ state, dialError, endpoint: { origin } }) => {
      if (state === 'up') return [];
      return [dialError ? `${origin} (${dialError.message})` : origin];
    });
  }

  noneUp(): boolean {
    return this.all.every(({ state }) => state !== 'up');
  }

  /** The next time at which an endpoint that is down may be tried, or one on trial is passed. */
  nextTrialChangeMs(nowMs: number, needed: boolean): number {
    const lastHope = needed && this.noneUp();
    return this.all.reduce((next, { state, trialDialing, retryAtMs, downUntilMs, trialPassesAtMs }) => {
      const tryAtMs = lastHope ? retryAtMs : Math.max(retryAtMs, downUntilMs);
      const due = state === 'down' && !trialDialing ? tryAtMs : trialPassesAtMs;
      return due > nowMs ? Math.min(next, due) : next;
    }, Number.POSITIVE_INFINITY);
  }

  nextTrialPassMs(): number {
    return this.all.reduce((next, { trialPassesAtMs }) => Math.min(next, trialPassesAtMs), Number.POSITIVE_INFINITY);
  }

  /** The next time at which an endpoint that cannot be dialled now may be. */
  nextChangeMs(nowMs: number, needed: boolean): number {
    const trialMs = this.nextTrialChangeMs(nowMs, needed);
    if (!needed) return trialMs;
    const noneUp = this.noneUp();
    return this.all.reduce((next, { state, reached, retryAtMs }) => {
      const serves = state === 'up' || (noneUp && reached);
      return serves && retryAtMs > nowMs ? Math.min(next, retryAtMs) : next;
    }, trialMs);
  }
}

export function includes(list: readonly PoolEndpoint[], endpoint: PoolEndpoint): boolean {
  return list.some(({ origin }) => origin === endpoint.origin);
}

function lowest(
  candidates: readonly EndpointHealth[],
  first: (health: EndpointHealth) => number,
  second: (health: EndpointHealth) => number,
): EndpointHealth | undefined {
  let best: EndpointHealth | undefined;
  for (const health of candidates) {
    if (!best || first(health) < first(best) || (first(health) === first(best) && second(health) < second(best)))
      best = health;
  }
  return best;
}
