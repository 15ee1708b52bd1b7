import type { StreamSession } from '../../../src/exchange/venue.js';
import { SyntheticMarket } from '../../../src/exchange/market/index.js';
import { okx } from '../../../src/exchange/venues/okx/index.js';
import type { RecordingSink } from '../recording-sink.js';
import { type HarnessOptions, type Json, bodyOf, openOnFakeClock } from './venue-harness.js';

export { bodyOf, EPOCH_MS, type Json } from './venue-harness.js';

export type OkxOptions = HarnessOptions<typeof okx.rules>;

/** An OKX venue on a fake clock, and the market that it shows. */
export function openVenue(options: OkxOptions = {}) {
  const opened = openOnFakeClock(okx, options);
  const { symbols = 4, activity = 1, seed = 'venue' } = options;
  const market = new SyntheticMarket({ seed, symbols, activity, clock: opened.clock });
  /** The items of an answer that must be a success. */
  const data = (target: string): Json => {
    const { code, msg, data: items } = opened.get(target);
    if (code !== '0') throw new Error(`${target}: ${code} ${msg}`);
    return items;
  };
  return { ...opened, market, data };
}

/** An argument of a subscribe: `books:BTC-USDT`, or with the instrument type, `liquidation-orders:SWAP`. */
export function arg(stream: string): object {
  const [channel, key] = stream.split(':');
  return channel === 'liquidation-orders' ? { channel, instType: key } : { channel, instId: key };
}

/** Sends an operation as a client would. */
export function send(session: StreamSession, op: string, streams: readonly string[], id?: string): void {
  session.receive(JSON.stringify({ ...(id !== undefined && { id }), op, args: streams.map(arg) }));
}

/** The pushes of a stream, parsed. */
export function pushes(sink: RecordingSink, stream: string): Json[] {
  return sink.messages(stream).map(bodyOf);
}

/** A book kept as the venue's guide says; throws where the sequence breaks. */
export class FollowedBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  seqId = Number.NaN;

  follow({ action, data: [update] }: Json): void {
    if (action === 'snapshot') {
      if (update.prevSeqId !== -1) throw new Error('a snapshot follows on nothing');
      this.bids.clear();
      this.asks.clear();
    } else if (update.prevSeqId !== this.seqId) throw new Error(`gap: ${update.prevSeqId} after ${this.seqId}`);
    this.seqId = update.seqId;
    for (const [side, levels] of [
      [this.bids, update.bids],
      [this.asks, update.asks],
    ] as const)
      for (const [price, size] of levels)
        if (size === '0') side.delete(price);
        else side.set(price, size);
  }

  /** Levels best first, with numbers. */
  levels(side: 'bids' | 'asks'): [number, number][] {
    const sign = side === 'bids' ? -1 : 1;
    const levels = [...this[side]].map(([price, size]): [number, number] => [Number(price), Number(size)]);
    return levels.sort(([x], [y]) => sign * (x - y));
  }
}
