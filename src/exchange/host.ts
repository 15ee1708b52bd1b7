import type { Clock } from '../base/index.js';
import { Scheduler } from '../link/index.js';
import { type Authority, createAuthority } from './authority.js';
import type { ExchangeRequest, ExchangeResponse, SiteConfig } from './protocol.js';
import { Site } from './site.js';
import { effectiveRules } from './rules.js';
import type { Venue, VenueDefinition } from './venue.js';

/** All sites of one exchange process, behind its request protocol. */
export class ExchangeHost {
  readonly #clock: Clock;
  readonly #venues: Readonly<Record<string, VenueDefinition>>;
  readonly #scheduler: Scheduler;
  readonly #sites = new Map<string, Site>();
  #authority: Promise<Authority> | null = null;

  constructor(clock: Clock, venues: Readonly<Record<string, VenueDefinition>>) {
    this.#clock = clock;
    this.#venues = venues;
    this.#scheduler = new Scheduler(clock);
  }

  /** Never rejects: what goes wrong is the answer `failed`. */
  async answer(request: ExchangeRequest): Promise<ExchangeResponse> {
    try {
      return await this.#perform(request);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { kind: 'failed', code: code ?? 'E_EXCHANGE', message };
    }
  }

  /** Closes every site. */
  async close(): Promise<void> {
    const sites = [...this.#sites.values()];
    this.#sites.clear();
    await Promise.all(sites.map((site) => site.close()));
  }

  async #perform(request: ExchangeRequest): Promise<ExchangeResponse> {
    switch (request.kind) {
      case 'open':
        return { kind: 'opened', site: await this.#open(request.site) };
      case 'link':
        this.#site(request.site).setLink(request.link);
        return { kind: 'done' };
      case 'inject':
        this.#site(request.site).inject(request.faults);
        return { kind: 'done' };
      case 'snapshot':
        return { kind: 'snapshot', snapshot: this.#site(request.site).snapshot() };
      case 'close': {
        const site = this.#site(request.site);
        this.#sites.delete(request.site);
        return { kind: 'snapshot', snapshot: await site.close() };
      }
      case 'shutdown':
        await this.close();
        return { kind: 'done' };
      default:
        throw new Error(`unknown request ${String((request satisfies never as { kind: unknown }).kind)}`);
    }
  }

  async #open(config: SiteConfig): Promise<Awaited<ReturnType<Site['open']>>> {
    if (this.#sites.has(config.id)) throw new Error(`site ${config.id} is open already`);
    this.#authority ??= config.tls ? createAuthority() : null;
    const authority = await this.#authority;
    const venues = config.venues.map((name) => this.#openVenue(name, config));
    const site = new Site(config, { venues, clock: this.#clock, scheduler: this.#scheduler, authority });
    this.#sites.set(config.id, site);
    try {
      return await site.open();
    } catch (error) {
      this.#sites.delete(config.id);
      throw error;
    }
  }

  #openVenue(name: string, config: SiteConfig): Venue {
    const venue = Object.hasOwn(this.#venues, name) ? this.#venues[name] : undefined;
    if (!venue) throw new Error(`no venue ${name}; there are: ${Object.keys(this.#venues).sort().join(', ')}`);
    const { seed, symbols, activity, ageMs = 0, limits, timeScale = 1, rules: overrides = {}, link } = config;
    const rules = effectiveRules(venue.rules, { timeScale, overrides, rttMs: link.rttMs });
    return venue.open({ seed, symbols, activity, ageMs, clock: this.#clock, rules, enforce: limits === 'enforce' });
  }

  #site(id: string): Site {
    const site = this.#sites.get(id);
    if (!site) throw new Error(`no site ${id} is open`);
    return site;
  }
}
