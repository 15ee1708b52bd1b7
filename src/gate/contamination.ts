import type { MachineRow } from '../record/record.js';
import { hodgesLehmann, median, signedRankTest } from '../statistics/index.js';
import { percent, pValue } from './wording.js';

const MOST_DROPPED = 0.25;
const MOST_MOVED = 0.03;
const MOVED_LEVEL = 0.05;

export interface MachineJudgement {
  readonly contaminated: boolean;
  /** Turns during which the machine was disturbed, of how many. */
  readonly disturbed: number;
  readonly turns: number;
  /** Why it is contaminated, a sentence each. */
  readonly reasons: readonly string[];
}

/**
 * Was the machine fit to measure on? Not when more than a quarter of the turns were disturbed, or when the frozen control
 * took more than 3 % longer or shorter beside one arm than beside the other: then what the arms show may be the machine's
 * doing. The control is compared as arms are, pair by pair.
 */
export function judgeMachine(rows: readonly MachineRow[], controlArm: string): MachineJudgement {
  const disturbed = rows.filter((row) => row.disturbed).length;
  const reasons: string[] = [];
  if (disturbed > MOST_DROPPED * rows.length)
    reasons.push(`The machine was disturbed in ${disturbed} of ${rows.length} turns, and their blocks were dropped.`);
  const arms = new Set(rows.map(({ arm }) => arm).filter((arm) => arm !== controlArm));
  for (const arm of arms)
    for (const part of ['cpuMs', 'echoMs'] as const) reasons.push(...moved(rows, { arm, controlArm, part }));
  return { contaminated: reasons.length > 0, disturbed, turns: rows.length, reasons };
}

interface Compared {
  readonly arm: string;
  readonly controlArm: string;
  readonly part: 'cpuMs' | 'echoMs';
}

const PARTS = { cpuMs: 'loop of arithmetic', echoMs: 'TCP echo' };

function moved(rows: readonly MachineRow[], { arm, controlArm, part }: Compared): string[] {
  const calm = rows.filter((row) => !row.disturbed);
  const typical = (name: string, pair: number): number =>
    median(calm.filter((row) => row.arm === name && row.pair === pair).map((row) => row[part]));
  const both = [...new Set(calm.map(({ pair }) => pair))].filter((pair) =>
    [arm, controlArm].every((name) => calm.some((row) => row.arm === name && row.pair === pair)),
  );
  const changes = both.map((pair) => Math.log(typical(arm, pair) / typical(controlArm, pair)));
  if (changes.length === 0) return [];
  const change = Math.expm1(hodgesLehmann(changes));
  const { pGreater, pLess } = signedRankTest(changes, 0);
  const p = 2 * Math.min(pGreater, pLess);
  if (Math.abs(change) <= MOST_MOVED || p > MOVED_LEVEL) return [];
  const how = `${percent(change)} ${change > 0 ? 'longer' : 'shorter'} beside ${arm} than beside ${controlArm}`;
  return [`The frozen control's ${PARTS[part]} took ${how} over ${changes.length} pairs (${pValue(p)}).`];
}
