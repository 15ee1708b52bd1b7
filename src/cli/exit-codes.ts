import type { ErrorCode } from '../base/index.js';
import type { RunVerdict } from '../record/record.js';
import type { StopSignal } from './io.js';

/** Every exit code of the program. A contract: CI tells a regression from a broken scenario by them. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 64,
  configuration: 78,
  empty: 95,
  spoiled: 96,
  inconclusive: 97,
  failed: 99,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

const OF_ERROR: Readonly<Record<ErrorCode, number>> = {
  E_USAGE: EXIT.usage,
  E_SCENARIO: EXIT.configuration,
  E_BASELINE: EXIT.configuration,
  E_CONFIGURATION: EXIT.configuration,
  E_RECORD: EXIT.configuration,
  E_NOTHING_EVALUATED: EXIT.empty,
  E_RULES: EXIT.configuration,
  E_PORT_IN_USE: EXIT.configuration,
  E_EXCHANGE: EXIT.internal,
  E_ARM: EXIT.internal,
  E_CONTROL: EXIT.internal,
};

export function exitCodeOfError(code: ErrorCode): number {
  return OF_ERROR[code];
}

const OF_VERDICT: Readonly<Record<RunVerdict, number>> = {
  pass: EXIT.ok,
  inconclusive: EXIT.ok,
  fail: EXIT.failed,
  empty: EXIT.empty,
  invalid: EXIT.spoiled,
  contaminated: EXIT.spoiled,
  // Stopped, and not by a signal: something inside gave up.
  partial: EXIT.internal,
};

interface RunEnd {
  /** Inconclusive fails. */
  readonly strict: boolean;
  readonly stoppedBy: StopSignal | null;
}

/** What a finished run exits with. Which verdict a run of several scenarios has is decided by the gate. */
export function exitCodeOfRun(verdict: RunVerdict, { strict, stoppedBy }: RunEnd): number {
  if (stoppedBy) return EXIT[stoppedBy];
  return strict && verdict === 'inconclusive' ? EXIT.inconclusive : OF_VERDICT[verdict];
}
