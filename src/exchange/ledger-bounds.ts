import type { RowBound } from './ended-rows.js';

/** What a ledger may hold, so that its memory depends on what is open and not on how long it has run. */
export interface LedgerBounds {
  /** Ended connections, and as many ended subscriptions, between two snapshots. */
  readonly rows: number;
  /** Ranges of ids of one live subscription. */
  readonly rangesOfOne: number;
  /** Ranges of all live subscriptions, and as many of the ended ones; one each may be kept beyond that. */
  readonly ranges: number;
  /** Client addresses and ports whose connections are numbered. */
  readonly remotes: number;
  /** Stamps of faults. */
  readonly stamps: number;
  /** Names that have a counter of their own: of statuses, of violations, of close codes. */
  readonly names: number;
}

// A range weighs about 80 bytes and a row about 300, so that all of it together stays below 100 MB.
export const LEDGER_BOUNDS: LedgerBounds = {
  rows: 50_000,
  rangesOfOne: 10_000,
  ranges: 250_000,
  remotes: 131_072,
  stamps: 10_000,
  names: 256,
};

/** What is kept of the ended rows to be looked at. */
export const RECENT_BOUND: RowBound = { rows: 1_000, weight: 50_000 };
