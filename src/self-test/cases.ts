import type { RunRecord } from '../record/record.js';
import type { Plant } from './plants.js';

/** One thing that the whole program must find, or must not. */
export interface SelfTestCase {
  readonly id: string;
  readonly title: string;
  readonly plant: Plant | undefined;
  readonly scenario: 'self-test-timing' | 'self-test-counts';
  readonly flags: readonly string[];
  /** Is it run as often as was asked for? Else once: it leaves nothing to chance. */
  readonly repeated: boolean;
  readonly exit: number;
  /** The row of the record that must say so; null where the run as a whole does. */
  readonly row: { readonly metric: string; readonly verdict: 'pass' | 'fail' } | null;
}

const timing = { scenario: 'self-test-timing', flags: [], repeated: true } as const;
const counts = { scenario: 'self-test-counts', flags: ['--baseline', 'self-test'], repeated: true } as const;
const once = { ...timing, plant: undefined, repeated: false, row: null } as const;
const FEW_PAIRS = ['--set', 'sampling.pairs=2'];

/** Every case, what is judged statistically first. */
export const CASES: readonly SelfTestCase[] = [
  {
    ...timing,
    id: 'no-change',
    title: 'no change',
    plant: undefined,
    exit: 0,
    row: { metric: 'serviceTimeMs.p50', verdict: 'pass' },
  },
  {
    ...timing,
    id: 'slow',
    title: '+10 % service time',
    plant: 'slow',
    exit: 99,
    row: { metric: 'serviceTimeMs.p50', verdict: 'fail' },
  },
  {
    ...timing,
    id: 'misses',
    title: 'about −10 points of hit rate',
    plant: 'misses',
    exit: 99,
    row: { metric: 'hitRate', verdict: 'fail' },
  },
  {
    ...counts,
    id: 'counts',
    title: 'no change of counts',
    plant: undefined,
    exit: 0,
    row: { metric: 'messagesLost', verdict: 'pass' },
  },
  {
    ...counts,
    id: 'leak',
    title: 'one leaked connection',
    plant: 'leak',
    exit: 99,
    row: { metric: 'connectionsOpened', verdict: 'fail' },
  },
  {
    ...counts,
    id: 'loss',
    title: 'one lost message',
    plant: 'loss',
    // On a connection that stayed up: more than a loss, for the two witnesses disagree about it.
    exit: 96,
    row: { metric: 'messagesLost', verdict: 'fail' },
  },
  {
    ...once,
    id: 'crippled',
    title: 'a crippled scenario',
    flags: [...FEW_PAIRS, '--set', 'load.requests.timeout=5ms'],
    exit: 99,
  },
  { ...once, id: 'miscount', title: 'a client that mis-counts', plant: 'miscount', flags: FEW_PAIRS, exit: 96 },
  {
    ...once,
    id: 'empty',
    title: 'a scenario that judges nothing',
    flags: [...FEW_PAIRS, '--set', 'targets=[]', '--set', 'gates=[]'],
    exit: 95,
  },
];

/** How one run of a case ended: as it had to, otherwise, undecided, or on a machine that was disturbed. */
export type CaseOutcome = 'right' | 'wrong' | 'undecided' | 'disturbed';

/** Holds a run's exit code and record against what the case demands. */
export function outcomeOf({ exit, row }: SelfTestCase, code: number | null, record: RunRecord | null): CaseOutcome {
  if (record?.verdict === 'contaminated') return 'disturbed';
  if (row === null) return code === exit ? 'right' : 'wrong';
  const found = rowsOf(record).find(({ metric }) => metric === row.metric);
  if (found?.verdict === 'inconclusive') return 'undecided';
  return code === exit && found?.verdict === row.verdict ? 'right' : 'wrong';
}

function rowsOf(record: RunRecord | null): { readonly metric: string; readonly verdict: string }[] {
  const [scenario] = record?.scenarios ?? [];
  return scenario ? [...scenario.targets, ...scenario.baselines.filter(({ role }) => role === 'gate')] : [];
}
