import { crc32 } from 'node:zlib';
import type { BookLevels, Level } from '../../market/index.js';
import type { OkxInstrument } from './instruments.js';

const CHECKSUM_LEVELS = 25;
const MOST_ORDERS = 9;

/** Price levels as the venue writes them: `[["76650.1","0.6","0","3"],…]` (price, size, always 0, orders). */
function levelsJson(instrument: OkxInstrument, levels: readonly Level[]): string {
  let json = '';
  for (const [ticks, lots] of levels)
    json += `,["${instrument.price(ticks)}","${instrument.size(lots)}","0","${ordersOf(lots)}"]`;
  return `[${json.slice(1)}]`;
}

/** Both sides as members of an object: `"asks":[…],"bids":[…]`. */
export function sidesJson(instrument: OkxInstrument, { bids, asks }: BookLevels): string {
  return `"asks":${levelsJson(instrument, asks)},"bids":${levelsJson(instrument, bids)}`;
}

/** What changed between two states of the same depth; levels that are gone, or fell out of the depth, have 0 lots. */
export function changedLevels(from: BookLevels, to: BookLevels): BookLevels {
  return { bids: changedSide(from.bids, to.bids, -1), asks: changedSide(from.asks, to.asks, 1) };
}

/**
 * Checksum of a book: signed CRC32 over `bid:size:ask:size:…` of its best 25 levels, best first, each number exactly
 * as it is written in the levels.
 */
export function bookChecksum(instrument: OkxInstrument, { bids, asks }: BookLevels): number {
  const parts: string[] = [];
  for (let i = 0; i < CHECKSUM_LEVELS; i += 1)
    for (const level of [bids[i], asks[i]])
      if (level) parts.push(instrument.price(level[0]), instrument.size(level[1]));
  return crc32(parts.join(':')) | 0;
}

/** The same sides with the best prices exchanged, so that the best bid stands above the best ask. */
export function crossedLevels({ bids, asks }: BookLevels, touch: { bidTicks: number; askTicks: number }): BookLevels {
  const [, bidLots] = bids[0] ?? [0, 1];
  const [, askLots] = asks[0] ?? [0, 1];
  return {
    bids: [[touch.askTicks, Math.max(1, bidLots)], ...bids.filter(([ticks]) => ticks < touch.bidTicks)],
    asks: [[touch.bidTicks, Math.max(1, askLots)], ...asks.filter(([ticks]) => ticks > touch.askTicks)],
  };
}

// Both sides are sorted best first; `sign` is 1 where prices rise on the way.
function changedSide(from: readonly Level[], to: readonly Level[], sign: 1 | -1): Level[] {
  const changed: Level[] = [];
  let old = 0;
  for (const level of to) {
    for (let gone = from[old]; gone && (gone[0] - level[0]) * sign < 0; gone = from[++old]) changed.push([gone[0], 0]);
    const before = from[old];
    if (before?.[0] === level[0]) old += 1;
    if (before?.[0] !== level[0] || before[1] !== level[1]) changed.push(level);
  }
  for (const [ticks] of from.slice(old)) changed.push([ticks, 0]);
  return changed;
}

// The market knows quantities but no single orders; any number that stays with the level will do.
function ordersOf(lots: number): number {
  return lots === 0 ? 0 : 1 + (lots % MOST_ORDERS);
}
