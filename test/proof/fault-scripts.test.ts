import { describe, expect, it } from 'vitest';

type Range = readonly [number, number];

interface Row {
  readonly sent: readonly Range[];
  readonly acknowledged: boolean;
  readonly endedBy?: 'unsubscribe' | 'connection';
  readonly brokenAtMs?: number;
}

interface Setting {
  readonly faults: readonly { readonly kind: string; readonly injectedAtMs: number; readonly liftedAtMs: number }[];
  readonly ackTimeoutMs: number;
}

type Check = (record: unknown, rows: readonly Row[], setting: Setting) => { counts: Record<string, number> };

// Scripts have no types of their own.
const checker = new URL('../../scripts/proof/fault-scripts/check-stream.mjs', import.meta.url).href;
const { checkStream } = (await import(checker)) as { checkStream: Check };

const NO_FAULTS: Setting = { faults: [], ackTimeoutMs: 500 };
const ACKNOWLEDGED = { acknowledged: true };
const exact = (lastGoodId: number | null, firstGoodId: number) => ({ lastGoodId, firstGoodId, unknownLoss: false });

function recordOf(changes: object) {
  return {
    rule: 'contiguous',
    firstId: 1,
    firstAtMs: 1000,
    lastAtMs: 2000,
    subscribedAtMs: 900,
    closedAtMs: null,
    endedAtMs: null,
    messages: 1,
    ranges: [[1, 20]],
    jumps: [],
    times: [],
    gaps: [],
    repeated: [],
    disordered: [],
    overlaps: 0,
    steps: 0,
    ...changes,
  };
}

describe('the check of one stream', () => {
  const ranges = [
    [1, 10],
    [15, 20],
  ];
  const jumps = [[10, 15, 1400, 1500]];
  const sent: Row = { ...ACKNOWLEDGED, sent: [[1, 20]] };

  it('finds what is missing and was not told', () => {
    const { counts } = checkStream(recordOf({ ranges, jumps }), [sent], NO_FAULTS);
    expect(counts).toMatchObject({ lost: 4, lostSent: 4, reported: 0, unreported: 4, over: 0 });
  });

  it('takes a loss as reported as far as a gap covers it, and counts what a gap covers beyond', () => {
    const told = (gap: object) => checkStream(recordOf({ ranges, jumps, gaps: [gap] }), [sent], NO_FAULTS).counts;
    expect(told(exact(10, 15))).toMatchObject({ lost: 4, reported: 4, unreported: 0, over: 0 });
    expect(told(exact(10, 13))).toMatchObject({ reported: 2, unreported: 2, over: 0 });
    expect(told(exact(8, 16))).toMatchObject({ reported: 4, unreported: 0, over: 3 });
  });

  it('counts ids that nobody sent as lost where every id exists, and not where ids only rise', () => {
    const rows: Row[] = [
      {
        ...ACKNOWLEDGED,
        sent: [
          [1, 10],
          [15, 20],
        ],
      },
    ];
    const lost = (rule: string) => checkStream(recordOf({ rule, ranges, jumps }), rows, NO_FAULTS).counts;
    expect(lost('contiguous')).toMatchObject({ lost: 4, lostSent: 0, unsent: 4, unreported: 4 });
    expect(lost('rising')).toMatchObject({ lost: 0, unreported: 0 });
  });

  it('sets apart what numbers that only rise cannot show, unless a connection broke meanwhile', () => {
    const faults = [{ kind: 'drop-messages', injectedAtMs: 1300, liftedAtMs: 1600 }];
    const check = (row: Row) =>
      checkStream(recordOf({ rule: 'rising', ranges, jumps }), [row], { ...NO_FAULTS, faults }).counts;
    expect(check(sent)).toMatchObject({ hidden: 4, unreported: 0 });
    expect(check({ ...sent, brokenAtMs: 1450 })).toMatchObject({ hidden: 0, unreported: 4 });
  });

  it('wants word of what was sent on a connection that broke before the first message', () => {
    const rows: Row[] = [{ ...ACKNOWLEDGED, sent: [[5, 9]], brokenAtMs: 950 }];
    const check = (gaps: object[]) =>
      checkStream(recordOf({ firstId: 20, ranges: [[20, 30]], gaps }), rows, NO_FAULTS).counts;
    expect(check([])).toMatchObject({ lost: 5, unreported: 5 });
    expect(check([exact(null, 20)])).toMatchObject({ unreported: 0 });
  });

  it('wants everything up to the answer of an unsubscribe that came at once', () => {
    const rows: Row[] = [{ ...ACKNOWLEDGED, sent: [[1, 25]], endedBy: 'unsubscribe' }];
    const check = (endedAtMs: number) => checkStream(recordOf({ closedAtMs: 2000, endedAtMs }), rows, NO_FAULTS).counts;
    expect(check(2010)).toMatchObject({ lost: 5, unreported: 5 });
    expect(check(2600)).toMatchObject({ lost: 0, unreported: 0 });
  });

  it('wants word of a possible loss where a stream without ids came over a connection that broke', () => {
    const rows = [{ ...ACKNOWLEDGED, sent: [], messagesSent: 9, startedAtMs: 900, endedAtMs: 1500, brokenAtMs: 1500 }];
    const check = (gaps: object[]) =>
      checkStream(recordOf({ rule: 'none', ranges: [], times: [1000, 1700], gaps }), rows, NO_FAULTS).counts;
    expect(check([])).toMatchObject({ unreported: 1 });
    expect(check([{ firstGoodAtMs: 1700, unknownLoss: true }])).toMatchObject({ unreported: 0 });
  });
});
