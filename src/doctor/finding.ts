/** `bad`: what is measured here will be wrong; `warn`: expect noise; `note`: good to know, or nobody can tell. */
export type Severity = 'ok' | 'note' | 'warn' | 'bad';

/** One thing about the machine that matters to measurements. A contract: it is part of every record. */
export interface Finding {
  /** Stable name of the check. */
  readonly id: string;
  readonly severity: Severity;
  /** What was measured; null where it is not a number, or where this machine does not tell. */
  readonly value: number | null;
  /** Unit of `value`; empty without one. */
  readonly unit: string;
  /** What was measured, in words with its units; begins with `cannot tell` where this machine does not say. */
  readonly measured: string;
  /** What it does to which measurement; empty when the check is `ok`. */
  readonly effect: string;
  /** What to do about it, in one line; empty when there is nothing to do. */
  readonly remedy: string;
}

/** A check by name, with what it says when something is found. */
export interface Subject {
  readonly id: string;
  readonly unit: string;
  readonly effect: string;
  readonly remedy: string;
}

export function found(subject: Subject, severity: Severity, value: number | null, measured: string): Finding {
  const { id, unit, effect, remedy } = subject;
  const told = severity === 'ok' ? { effect: '', remedy: '' } : { effect, remedy };
  return { id, severity, value, unit: value === null ? '' : unit, measured: printable(measured), ...told };
}

// Names of processes and values of variables may hold anything, and end up on a terminal.
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

/** What is not known is never called fine. */
export function cannotTell({ id, effect }: Subject, why: string): Finding {
  const remedy = 'look at it by other means; the platform that gates is Linux';
  return { id, severity: 'note', value: null, unit: '', measured: `cannot tell: ${why}`, effect, remedy };
}

const RANK: readonly Severity[] = ['ok', 'note', 'warn', 'bad'];

/** The gravest of all; `ok` without any. */
export function worstOf(findings: readonly Pick<Finding, 'severity'>[]): Severity {
  const ranks = findings.map(({ severity }) => RANK.indexOf(severity));
  return RANK[Math.max(0, ...ranks)] ?? 'ok';
}
