import { type Clock, MpBenchError } from '../../base/index.js';
import type { ExchangeClient } from '../client.js';
import type { SiteInfo } from '../protocol.js';
import { FAULT_PARAMETERS, parseFaults } from './faults.js';
import { parseLink } from './link.js';
import { Outstanding } from './outstanding.js';

/** What the control endpoint may do with the exchange. */
export type ControlledExchange = Pick<ExchangeClient, 'view' | 'inject' | 'link'>;

/** Answers one method of one path; `body` is what was sent as JSON. */
export interface Route {
  readonly about: string;
  readonly answer: (body: unknown) => Promise<unknown>;
}

/** By path, then by method. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Route>>>>;

/** The paths of the control endpoint of one site. */
export function routesOf(exchange: ControlledExchange, site: SiteInfo, clock: Clock): Routes {
  const place = { endpoints: site.endpoints.length, symbols: Object.values(site.symbols).flat() };
  const outstanding = new Outstanding(clock);
  let faults = 0;
  const stamp = (): { id: string; nowMs: number } => ({ id: `f${(faults += 1)}`, nowMs: clock.now() });
  const routes: Routes = {
    '/': { GET: { about: 'this page', answer: async () => described(routes, site) } },
    '/ledger': {
      GET: { about: 'what the exchange has counted, and its last rows', answer: () => exchange.view(site.id) },
    },
    '/faults': {
      GET: { about: 'the faults that were injected', answer: async () => (await exchange.view(site.id)).faults },
      POST: {
        about: 'inject one fault or a list: { kind, durationMs, inMs?, endpoint?, symbol?, share?, …parameters }',
        answer: async (body) => {
          const plans = parseFaults(body, place, stamp);
          outstanding.makeRoom(plans.length);
          await unlessRefused(exchange, site, () => exchange.inject(site.id, plans));
          outstanding.add(plans);
          return { ids: plans.map(({ id }) => id) };
        },
      },
    },
    '/link': {
      POST: {
        about: 'put another link in place, and drop the connections: { rttMs, jitterMs?, bitsPerSecond? }',
        answer: async (body) => {
          const link = parseLink(body);
          await unlessRefused(exchange, site, () => exchange.link(site.id, link));
          return { link };
        },
      },
    },
  };
  return routes;
}

/** What an exchange refuses that is there and answers was wrong of whoever asked (a fault that cannot be, say). */
async function unlessRefused(
  exchange: ControlledExchange,
  site: SiteInfo,
  request: () => Promise<void>,
): Promise<void> {
  try {
    await request();
  } catch (error) {
    await exchange.view(site.id);
    throw new MpBenchError('E_USAGE', error instanceof Error ? error.message : String(error), [], { cause: error });
  }
}

function described(routes: Routes, { endpoints, symbols }: SiteInfo): object {
  const paths = Object.entries(routes).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { about }]) => [`${method} ${path}`, about]),
  );
  return { endpoints, symbols, paths: Object.fromEntries(paths), faults: FAULT_PARAMETERS };
}
