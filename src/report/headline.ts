import type { RowVerdict, RunRecord } from '../record/index.js';
import { formatDuration, plural } from './format.js';

/** The verdict in capitals, and in words what it rests on. */
export interface Headline {
  readonly word: string;
  readonly words: string;
}

export function headline(record: RunRecord): Headline {
  return { word: record.verdict.toUpperCase(), words: WORDS[record.verdict](record) };
}

/** One line on which run this is. */
export function runLine(record: RunRecord): string {
  const parts = [
    `${record.tool.name} ${record.tool.version}`,
    `run ${record.runId}`,
    `seed ${record.seed}`,
    ...(record.quick ? ['quick'] : []),
    formatDuration(record.durationMs),
  ];
  return parts.join(' · ');
}

/** One line on the machine. */
export function machineLine({ environment }: RunRecord): string {
  const { cpu, cores, os, node, fingerprint, pinning } = environment;
  const pinned = pinning ? `exchange on core ${pinning.exchange}, arms on ${pinning.arm}` : 'not pinned';
  return `${cpu}, ${plural(cores, 'core')} (${pinned}) · ${os} · Node ${node} · fingerprint ${fingerprint}`;
}

const WORDS: Readonly<Record<RunRecord['verdict'], (record: RunRecord) => string>> = {
  pass: (record) => `${held(record, 'pass')} held.`,
  fail: (record) => `${held(record, 'fail')} failed; ${held(record, 'pass')} held.`,
  inconclusive: (record) =>
    `nothing failed, but ${held(record, 'inconclusive')} cannot be decided from this much data; ${held(record, 'pass')} held.`,
  contaminated: () => 'the machine was disturbed while measuring; the timings say nothing about the code.',
  invalid: () => 'client and exchange counted differently; no figure of this run can be trusted.',
  empty: () => 'nothing was evaluated: no target and no gate had data.',
  partial: () => 'stopped before the end; nothing is judged.',
};

function held(record: RunRecord, verdict: RowVerdict): string {
  const targets = record.scenarios.flatMap((scenario) => scenario.targets).filter((row) => row.verdict === verdict);
  const gates = record.scenarios
    .flatMap((scenario) => scenario.baselines)
    .filter((row) => !row.advisory && row.verdict === verdict);
  const parts = [
    ...(targets.length > 0 ? [plural(targets.length, 'target')] : []),
    ...(gates.length > 0 ? [plural(gates.length, 'gate')] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : 'nothing';
}
