import { expect } from 'vitest';
import { SyntheticMarket } from '../../../src/exchange/market/index.js';
import type { MarketSymbol } from '../../../src/exchange/market/index.js';
import type { StreamMessage, StreamSession } from '../../../src/exchange/venue.js';
import { deribit } from '../../../src/exchange/venues/deribit/index.js';
import type { RecordingSink } from '../recording-sink.js';
import { type HarnessOptions, type Json, bodyOf, openOnFakeClock } from './venue-harness.js';

export { bodyOf, EPOCH_MS, type Json } from './venue-harness.js';

export const SOCKET = '/ws/api/v2';

/** A Deribit venue on a fake clock, and the market that it shows. */
export function openVenue(options: HarnessOptions<typeof deribit.rules> = {}) {
  const opened = openOnFakeClock(deribit, options);
  const { symbols = 4, activity = 1, seed = 'venue' } = options;
  const call = (method: string, query = ''): Json => opened.get(`/api/v2/public/${method}?${query}`);
  const result = (method: string, query = ''): Json => {
    const { result, error } = call(method, query);
    if (error) throw new Error(JSON.stringify(error));
    return result;
  };
  return { ...opened, call, result, market: new SyntheticMarket({ seed, symbols, activity, clock: opened.clock }) };
}

/** Sends a request as a client would. */
export function send(session: StreamSession, method: string, params?: unknown, id: unknown = 1): void {
  session.receive(JSON.stringify({ jsonrpc: '2.0', method, ...(params !== undefined && { params }), id }));
}

export function subscribe(session: StreamSession, ...channels: string[]): void {
  send(session, 'public/subscribe', { channels });
}

/** The `data` of a notification. */
export function dataOf(message: StreamMessage | undefined): Json {
  return bodyOf(message).params.data;
}

/** The last reply that a sink was given. */
export function lastReply(sink: RecordingSink): Json {
  return sink.replies().at(-1);
}

/** A book as a client keeps it by the venue's rule; the rule itself is asserted with every message. */
export class ClientBook {
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();
  changeId: number | undefined;

  apply({ type, change_id, prev_change_id, bids, asks }: Json): void {
    if (type === 'snapshot') {
      this.bids.clear();
      this.asks.clear();
    } else expect(prev_change_id).toBe(this.changeId);
    applySide(this.bids, bids);
    applySide(this.asks, asks);
    this.changeId = change_id;
  }

  /** Asserts that it is the market's own book at its change id. */
  expectMarket({ book, spec }: MarketSymbol, lotSize: number): void {
    const change = ((this.changeId ?? 0) - book.updateId(0)) / spec.idsPerChange;
    const { bids, asks } = book.levels(change);
    const expected = (side: typeof bids): Map<number, number> =>
      new Map(side.map(([ticks, lots]) => [ticks / 10 ** spec.priceDecimals, Number((lots * lotSize).toFixed(8))]));
    expect(this.bids).toEqual(expected(bids));
    expect(this.asks).toEqual(expected(asks));
  }
}

function applySide(side: Map<number, number>, changes: [string, number, number][]): void {
  for (const [action, price, amount] of changes) {
    expect(side.has(price)).toBe(action !== 'new');
    if (action === 'delete') {
      expect(amount).toBe(0);
      side.delete(price);
    } else side.set(price, amount);
  }
}
