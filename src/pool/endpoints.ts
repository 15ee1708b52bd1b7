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

  constructor(settings: EndpointsSettings) {
    this.all = settings.endpoints.map((endpoint) => new EndpointHealth(endpoint, settings));
    this.#maxPerEndpoint = settings.maxPerEndpoint;
  }

  /** Dials under way that can be counted on; those to an endpoint on trial cannot. */
  get reliableDials(): number {
    return this.all.reduce((sum, health) => (this.serves(health) ? sum + health.dialing : sum), 0);
  }

  /** Is it in service? When none is up, those are that a dial on trial has just reached: there is no better. */
  serves(health: EndpointHealth): boolean {
    return health.state === 'up' || (health.state === 'trial' && health.open > 0 && this.noneUp());
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
   * work (`needed`). Of several the one that failed longest ago.
   */
  chooseTrial(nowMs: number, needed: boolean): EndpointHealth | undefined {
    const lastHope = needed && this.noneUp();
    const candidates = this.all.filter(
      (health) =>
        health.state === 'down' &&
        health.dialing === 0 &&
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

  noneUp(): boolean {
    return this.all.every(({ state }) => state !== 'up');
  }

  /** The next time at which an endpoint that is down may be tried, or one on trial is passed. */
  nextTrialChangeMs(nowMs: number, needed: boolean): number {
    const lastHope = needed && this.noneUp();
    return this.all.reduce((next, { state, dialing, retryAtMs, downUntilMs, trialPassesAtMs }) => {
      const tryAtMs = lastHope ? retryAtMs : Math.max(retryAtMs, downUntilMs);
      const due = state === 'down' && dialing === 0 ? tryAtMs : trialPassesAtMs;
      return due > nowMs ? Math.min(next, due) : next;
    }, Number.POSITIVE_INFINITY);
  }

  nextTrialPassMs(): number {
    return this.all.reduce((next, { trialPassesAtMs }) => Math.min(next, trialPassesAtMs), Number.POSITIVE_INFINITY);
  }

  /** The next time at which an endpoint that cannot be dialled now may be. */
  nextChangeMs(nowMs: number, needed: boolean): number {
    const lastHope = needed && this.noneUp();
    let next = Number.POSITIVE_INFINITY;
    for (const health of this.all) {
      const { state, retryAtMs, downUntilMs, trialPassesAtMs } = health;
      let due = trialPassesAtMs;
      if (state === 'up' && needed) due = retryAtMs;
      if (state === 'down' && health.dialing === 0) due = lastHope ? retryAtMs : Math.max(retryAtMs, downUntilMs);
      if (due > nowMs) next = Math.min(next, due);
    }
    return next;
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
