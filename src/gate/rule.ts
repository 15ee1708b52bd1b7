import type { Comparison, TargetSpec } from './spec.js';

interface Reading {
  readonly sign: string;
  readonly obeys: (value: number, limit: number) => boolean;
  /** Where the target is met: above or below the limit. */
  readonly side: 1 | -1;
  readonly differenceInWords: (bound: string) => string;
}

const READINGS: Readonly<Record<Comparison, Reading>> = {
  '>': {
    sign: '>',
    obeys: (value, limit) => value > limit,
    side: 1,
    differenceInWords: (bound) => `more than ${bound}`,
  },
  '>=': {
    sign: '≥',
    obeys: (value, limit) => value >= limit,
    side: 1,
    differenceInWords: (bound) => `${bound} or more`,
  },
  '<': {
    sign: '<',
    obeys: (value, limit) => value < limit,
    side: -1,
    differenceInWords: (bound) => `less than ${bound}`,
  },
  '<=': {
    sign: '≤',
    obeys: (value, limit) => value <= limit,
    side: -1,
    differenceInWords: (bound) => `${bound} or less`,
  },
};

/** The rule in words: `≤ 0.5 × unpooled`, `> 0.85`, `unpooled + 0.60 or more`. */
export function ruleInWords(target: TargetSpec): string {
  const { sign, differenceInWords } = READINGS[target.is];
  const { limit, against = '?' } = target;
  if (target.compare === 'ratio') return `${sign} ${limit} × ${against}`;
  if (target.compare === 'maximum') return `every value ${sign} ${limit}`;
  if (target.compare === 'absolute') return `${sign} ${limit}`;
  return differenceInWords(`${against} ${limit < 0 ? '−' : '+'} ${amountInWords(Math.abs(limit))}`);
}

// Two decimals where they say it all, since differences are mostly those of rates.
function amountInWords(amount: number): string {
  const short = amount.toFixed(2);
  return !Number.isInteger(amount) && Number(short) === amount ? short : String(amount);
}

/** Whether a value obeys the comparison. */
export function obeys(value: number, is: Comparison, limit: number): boolean {
  return READINGS[is].obeys(value, limit);
}

/** +1 when the target is met above its limit, −1 when below. */
export function goodSide(is: Comparison): 1 | -1 {
  return READINGS[is].side;
}
