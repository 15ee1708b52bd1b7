import type { RestResponse, StreamSession, Venue } from '../../../src/exchange/venue.js';
import { SyntheticMarket } from '../../../src/exchange/market/index.js';
import { binance } from '../../../src/exchange/venues/binance/index.js';
import { binanceUsdm } from '../../../src/exchange/venues/binance-usdm/index.js';
import { RecordingSink } from '../recording-sink.js';
import { type HarnessOptions, type Json, openOnFakeClock } from './venue-harness.js';

export { bodyOf, EPOCH_MS, type Json } from './venue-harness.js';

/** A Binance venue on a fake clock, and the market that it shows. */
export function openVenue(options: HarnessOptions<typeof binance.rules> = {}) {
  const opened = openOnFakeClock(binance, options);
  return { ...opened, market: marketOf(options, opened.clock) };
}

/** A USD-M venue on a fake clock, and the market that it shows. */
export function openUsdm(options: HarnessOptions<typeof binanceUsdm.rules> = {}) {
  const opened = openOnFakeClock(binanceUsdm, options);
  return { ...opened, market: marketOf(options, opened.clock) };
}

function marketOf(
  { symbols = 4, activity = 1, seed = 'venue' }: { symbols?: number; activity?: number; seed?: string },
  clock: ConstructorParameters<typeof SyntheticMarket>[0]['clock'],
): SyntheticMarket {
  return new SyntheticMarket({ seed, symbols, activity, clock });
}

/** Sends a request as a client would. */
export function send(session: StreamSession, method: string, params?: unknown, id: unknown = 1): void {
  session.receive(JSON.stringify({ method, ...(params !== undefined && { params }), id }));
}

/** The refusal of an upgrade. */
export function refusalOf(venue: Venue, path: string, remoteAddress = '127.0.0.1'): RestResponse {
  const request = { path, headers: {}, remoteAddress, connectionsOfAddress: 1, connectionAgeMs: 0 };
  const opened = venue.open(request, new RecordingSink());
  if (!('refuse' in opened)) throw new Error('not refused');
  return opened.refuse;
}

/** A book as a client keeps it: quantities by price, as the venue writes both. */
export class ClientBook {
  readonly bids: Map<string, string>;
  readonly asks: Map<string, string>;

  constructor(snapshot: Json) {
    this.bids = new Map(snapshot.bids);
    this.asks = new Map(snapshot.asks);
  }

  apply(event: Json): void {
    for (const [side, changes] of [
      [this.bids, event.b],
      [this.asks, event.a],
    ] as const) {
      for (const [price, quantity] of changes)
        if (Number(quantity) === 0) side.delete(price);
        else side.set(price, quantity);
    }
  }

  /** Whether the best bid is below the best ask. */
  get whole(): boolean {
    return Math.max(...[...this.bids.keys()].map(Number)) < Math.min(...[...this.asks.keys()].map(Number));
  }
}
