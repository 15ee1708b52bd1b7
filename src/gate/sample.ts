import type { RowVerdict } from '../record/record.js';
import { hodgesLehmann, signedRankTest } from '../statistics/index.js';
import { verdictOf } from './levels.js';
import { goodSide, ruleInWords } from './rule.js';
import { whatWouldSettle } from './settle.js';
import type { TargetSpec } from './spec.js';
import type { TargetData, TargetJudgement } from './target-data.js';
import { pValue } from './wording.js';

/** One value of each unit of replication, and the limit that its centre is tested against. */
export interface Sample {
  readonly values: readonly number[];
  /** 0 for the contrasts of a ratio. */
  readonly limit: number;
  readonly unit: 'launches' | 'pairs';
  /** Launches or pairs that ran without a value; with any, there is no PASS. */
  readonly absent: number;
}

type Judged = Pick<TargetJudgement, 'verdict' | 'n' | 'reason' | 'pairsToSettle'>;

/** The exact one-sided tests of a sample's centre against its limit, as a verdict with its reason. */
export function judgeSample(target: TargetSpec, sample: Sample, data: TargetData): Judged {
  const { values, limit, unit, absent } = sample;
  const side = goodSide(target.is);
  const { pGreater, pLess } = signedRankTest(values, limit);
  const [pGood, pBad] = side > 0 ? [pGreater, pLess] : [pLess, pGreater];
  const rule = `"${ruleInWords(target)}"`;
  const judged = (verdict: RowVerdict, reason: string): Judged => ({ verdict, n: values.length, reason });
  const test = `test over ${values.length} ${unit} shows`;
  const found = verdictOf({ pGood, pBad }, data.judged, data.look);
  if (found === 'fail') {
    const missed = `The exact ${test} that ${rule} is missed (${pValue(pBad)})`;
    return data.contaminated === true
      ? judged('inconclusive', `${missed}, but the machine was disturbed: run it again.`)
      : judged('fail', `${missed}.`);
  }
  if (found === 'pass') {
    const met = `The exact ${test} ${rule} (${pValue(pGood)})`;
    return absent > 0
      ? judged(
          'inconclusive',
          `${met}, but ${absent} more ${unit} have no value: a run in which all have one settles it.`,
        )
      : judged('pass', `${met}.`);
  }
  const towardsPass = side * (hodgesLehmann(values) - limit);
  const { judged: shared, look } = data;
  const settle = whatWouldSettle({ values, towardsPass, towardsFail: -towardsPass, judged: shared, look, unit });
  const open = `${values.length} ${unit} show neither ${rule} (${pValue(pGood)}) nor its opposite (${pValue(pBad)}).`;
  return {
    ...judged('inconclusive', `${open} ${settle.sentence}`),
    ...(settle.values !== null && { pairsToSettle: settle.values }),
  };
}
