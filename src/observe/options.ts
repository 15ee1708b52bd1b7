import type { Clock } from '../base/index.js';
import type { FaultScope, FaultSpec, SiteConfig, SiteInfo } from '../exchange/protocol.js';

/** The mocks of one venue that a program is observed against. */
export type ObservedSite = Omit<SiteConfig, 'id' | 'venues'> & { readonly venue: string };

/** A fault that is injected `atMs` after the program's start. */
export type TimedFault = FaultSpec & FaultScope & { readonly atMs: number; readonly durationMs: number };

export type StopReason = 'duration' | 'SIGINT' | 'SIGTERM';

export interface ObserveOptions {
  readonly site: ObservedSite;
  readonly faults: readonly TimedFault[];
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** File descriptor that takes what the program writes to its stdout. */
  readonly output: number;
  /** The program is asked to end after this time; null: it ends by itself. */
  readonly durationMs: number | null;
  /** Between asking the program to end and killing it. */
  readonly graceMs: number;
  readonly clock: Clock;
  /** Aborted with the signal, `SIGINT` or `SIGTERM`, that the program is to be asked to end with. */
  readonly interrupt: AbortSignal;
  /** Everything is to end at once; nothing is waited for. */
  readonly abandon: AbortSignal;
  /** Puts the authority's certificate where the program can read it, and returns the path. */
  readonly authorityFile: (pem: string) => string;
  /** Called when the program runs. */
  readonly onStart?: (site: SiteInfo) => void;
}
