import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../imports.js';

interface Case {
  readonly name: string;
  readonly faults: readonly object[];
  /** What is later than this says nothing. */
  readonly lateMs: number;
  readonly bound?: { readonly median?: number; readonly most?: number };
  readonly rounds: readonly object[];
}

let tables: Record<'recoveryTable' | 'exactTable' | 'stormTable', (cases: readonly Case[]) => string>;

beforeAll(async () => {
  tables = (await import(join(ROOT, 'scripts/proof/streams/tables.mjs'))) as typeof tables;
});

const STREAM = {
  perSecond: 120,
  messages: 300,
  lost: 0,
  unreported: 0,
  overReported: 0,
  repeated: 0,
  disordered: 0,
  gapsTold: 0,
  unknown: 0,
  interruptions: [],
};

function round(streams: readonly object[], more: object = {}): object {
  return {
    lateMs: 1,
    touched: [1],
    redialsMs: [],
    collectors: [{ streams: streams.map((stream) => ({ ...STREAM, ...stream })), events: [] }],
    ...more,
  };
}

/** Cells of the one row of a table. */
function rowOf(table: string): string[] {
  const [, , row = ''] = table.split('\n');
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const recovered = (...endedMs: (number | null)[]): object =>
  round(endedMs.map((ms) => ({ interruptions: [[5, 20, ms]], lost: 4, unreported: 1 })));

describe('the table of recoveries', () => {
  const judge = (bound: NonNullable<Case['bound']>, rounds: object[]): string[] =>
    rowOf(tables.recoveryTable([{ name: 'reset', faults: [], lateMs: 25, bound, rounds }]));

  test('takes the last stream of a trial, and the median of the trials', () => {
    const row = judge({ median: 150 }, [recovered(10, 90), recovered(149, 20), recovered(400, 1)]);
    expect(row).toEqual(['reset', '3', '0', '2', '5', '149', '400', '400', 'median ≤ 150', 'held', '24', '18']);
  });

  test('misses a bound on the longest by one trial', () => {
    expect(judge({ most: 150 }, [recovered(90), recovered(151)])).toContain('**missed**');
    expect(judge({ most: 151 }, [recovered(90), recovered(151)])).toContain('held');
  });

  test('never holds when a stream did not come back, or when none was hit', () => {
    expect(judge({ most: 150 }, [recovered(90, null)])).toEqual(expect.arrayContaining(['never', '**missed**']));
    expect(judge({ median: 150 }, [recovered(90), recovered(90), round([{}])])).toContain('**missed**');
  });

  test('judges nothing by trials in which a process was late', () => {
    const late = { ...recovered(10), lateMs: 26 };
    expect(judge({ median: 150 }, [late]).slice(0, 3)).toEqual(['reset', '0', '1']);
    expect(judge({ median: 150 }, [late])).toContain('not judged');
    expect(judge({ median: 150 }, [late, recovered(200)])).toContain('**missed**');
  });
});

describe('the table of what may lose nothing', () => {
  const judge = (...rounds: object[]): string | undefined =>
    rowOf(tables.exactTable([{ name: 'reset', faults: [{}], lateMs: 100, rounds }])).at(-1);

  test('holds when nothing went wrong in a trial that felt its fault', () => {
    expect(judge(round([{}]), round([{}]))).toBe('held');
  });

  test.each(['lost', 'repeated', 'disordered', 'gapsTold'])('misses by a single one: %s', (what) => {
    expect(judge(round([{}]), round([{}, { [what]: 1 }]))).toBe('**missed**');
  });

  test('shows what was lost where a process was late, and does not judge by it', () => {
    const late = round([{ lost: 7 }], { lateMs: 101 });
    const row = rowOf(tables.exactTable([{ name: 'reset', faults: [{}], lateMs: 100, rounds: [round([{}]), late] }]));
    expect(row.slice(0, 4)).toEqual(['reset', '1', '1', '7']);
    expect(row.at(-1)).toBe('held');
    expect(judge(late)).toBe('not judged');
  });

  test('misses when a fault hit nothing', () => {
    expect(judge(round([{}]), round([{}], { touched: [0] }))).toBe('**missed**');
  });
});

describe('the table of storms', () => {
  const judge = (redialsMs: number[]): string[] =>
    rowOf(tables.stormTable([{ name: 'all', faults: [], lateMs: 25, rounds: [round([{}], { redialsMs })] }]));

  test('finds the worst ten milliseconds, wherever they begin', () => {
    expect(judge([1, 30, 38, 39.9, 40.1, 90, 91, 101, 120, 140])).toEqual(expect.arrayContaining(['30 %', 'held']));
    expect(judge([7, 8, 9, 10, 90])).toEqual(expect.arrayContaining(['80 %', '**missed**']));
  });
});
