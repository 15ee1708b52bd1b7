import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binanceBook, binanceUsdmBook, bybitBook, okxBook } from '../../../../src/pool/websocket/book/index.js';
import { BookSync } from '../../../../src/pool/websocket/book/sync.js';
import type { StreamData } from '../../../../src/pool/websocket/protocol.js';
import { TrueBook, type TrueChange } from './true-book.js';

const change = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 }));

/** What happens next: changes and the message about them, or how that message fares, or a snapshot. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('sent' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('lost' as const, 'twice' as const, 'late' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), age: fc.integer({ min: 0, max: 6 }) }) },
);

const RULES = [
  ['Binance spot', binanceBook],
  ['Binance USD-M', binanceUsdmBook],
  ['OKX', okxBook],
  ['Bybit', bybitBook],
] as const;

describe.each(RULES)('a book by the rule of %s', (_name, rule) => {
  const limits = { maxBuffered: 4, maxLevels: 100 };
  const tell = (truth: TrueBook, from: number): StreamData =>
    rule === okxBook ? truth.differing(from, truth.lastId) : truth.touched(from, truth.lastId);

  it('is the true book whenever it is live, whatever became of the messages', () => {
    let lives = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
        const truth = new TrueBook();
        const sync = new BookSync(rule, limits);
        let toldUntil = 0;
        let late: StreamData | undefined;
        const apply = (message: StreamData): void => {
          sync.apply(message);
          if (sync.state !== 'live') return;
          lives += 1;
          const { bids, asks } = truth.snapshot(sync.lastId ?? -1);
          expect([sync.bids.top(99), sync.asks.top(99)]).toEqual([bids, asks]);
        };
        for (const one of steps) {
          if (one.kind === 'snapshot') {
            if (sync.wantsSnapshot) restore(sync, truth, toldUntil, one.age);
            continue;
          }
          for (const each of one.changes as readonly TrueChange[]) truth.change(each);
          const message = tell(truth, toldUntil);
          toldUntil = truth.lastId;
          if (one.kind !== 'lost' && one.kind !== 'late') apply(message);
          if (one.kind === 'twice') apply(message);
          if (late && one.kind !== 'lost') apply(late);
          late = one.kind === 'late' ? message : undefined;
        }
      }),
      { numRuns: 300 },
    );
    expect(lives).toBeGreaterThan(1000);
  });

  /** A snapshot as old as this by REST; on the stream it shows what was told last. */
  function restore(sync: BookSync, truth: TrueBook, toldUntil: number, age: number): void {
    if (rule.snapshots === 'requested') {
      sync.restore(truth.snapshot(Math.max(0, truth.lastId - age)));
      return;
    }
    const { updateId, bids, asks } = truth.snapshot(toldUntil);
    const payload = rule === okxBook ? [{ bids, asks }] : { b: bids, a: asks };
    const ids = { firstId: updateId, lastId: updateId, snapshot: true } as const;
    sync.apply({ kind: 'data', stream: 'book', ...ids, payload });
  }
});
