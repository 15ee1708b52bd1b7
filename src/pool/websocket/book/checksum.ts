import { crc32 } from 'node:zlib';
import type { BookSideView } from './contracts.js';

const LEVELS = 25;

/**
 * OKX's checksum of a book: signed CRC32 over `bid:size:ask:size:…` of its best 25 levels, each number as the venue
 * wrote it (OKX API guide, "Checksum"; since June 2026 the venue sends 0 instead).
 */
export function bookChecksum(bids: BookSideView, asks: BookSideView): number {
  const [bestBids, bestAsks] = [bids.top(LEVELS), asks.top(LEVELS)];
  const parts: string[] = [];
  for (let at = 0; at < LEVELS; at += 1)
    for (const level of [bestBids[at], bestAsks[at]]) if (level) parts.push(level[0], level[1]);
  return crc32(parts.join(':')) | 0;
}
