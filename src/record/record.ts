import type { Finding } from '../doctor/index.js';
import type { Observation } from './observation.js';

/** The record of a run: what `--json` prints and `record.json` holds. A contract: fields are added, never changed. */
export const SCHEMA_VERSION = 1;

export type RunVerdict = 'pass' | 'fail' | 'inconclusive' | 'contaminated' | 'invalid' | 'empty' | 'partial';
export type RowVerdict = 'pass' | 'fail' | 'inconclusive' | 'notEvaluated';

/** A distribution in milliseconds; `hdr` is an HdrHistogram V2 (compressed, base64) in microseconds. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly hdr: string;
}

export type MetricValue = number | Distribution;

export interface Environment {
  /** Short hash of what makes timings comparable: CPU, cores, OS, Node's major. */
  readonly fingerprint: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly memoryMb: number;
  /** Which cores the exchange and the arms were pinned to; null where pinning is not possible. */
  readonly pinning: { readonly exchange: number; readonly arm: number } | null;
  /** What `doctor` found when the run began, and while it lasted; records of before it existed have none. */
  readonly findings?: readonly Finding[];
}

export interface ArmRecord {
  /** `none`: a program seen only from outside, whose layers nobody knows. */
  readonly stack: 'day1' | 'day2' | 'day3' | 'none';
  readonly driver: string;
  readonly role: 'control' | 'test';
  /** Fresh processes that this arm was measured in. */
  readonly launches: number;
  readonly metrics: Readonly<Record<string, MetricValue>>;
  /** How steady the code was when the measurement began: medians of the warm-up's halves, each the median of launches. */
  readonly warmUp: { readonly operations: number; readonly firstHalfMs: number; readonly secondHalfMs: number } | null;
  /** Operations that failed for their caller, by class. */
  readonly errors: Readonly<Record<string, number>>;
  /** Acquires (or placements) by outcome; null where the client cannot tell. */
  readonly acquires: Readonly<Record<string, number>> | null;
  /** Mean time a connection spent in each part of its set-up; the link's first round trip is booked under `tcp`. */
  readonly setupPartsMs: {
    readonly dns: number;
    readonly tcp: number;
    readonly tls: number;
    readonly upgrade: number;
  } | null;
}

export interface TargetRow {
  readonly id: string;
  readonly title: string;
  readonly arm: string;
  readonly metric: string;
  /** In words: `≤ 0.5 × unpooled`. */
  readonly rule: string;
  /** Null when it was not evaluated. */
  readonly value: number | null;
  readonly interval: readonly [number, number] | null;
  readonly n: number;
  readonly verdict: RowVerdict;
  readonly byConstruction: boolean;
  /** Why, in one sentence; always there when the verdict is not `pass`. */
  readonly reason: string;
  /** Launch pairs in all that are expected to decide an inconclusive row; absent where no number of them is. */
  readonly pairsToSettle?: number;
}

export interface BaselineRow {
  readonly name: string;
  readonly role: 'reference' | 'gate';
  readonly arm: string;
  readonly metric: string;
  readonly stored: number | null;
  readonly measured: number | null;
  /** Relative change of timing (0.1 = 10 % more), difference of counts; null when not evaluated. */
  readonly change: number | null;
  readonly interval: readonly [number, number] | null;
  readonly verdict: RowVerdict;
  /** True when the row is shown but cannot fail the run (a reference, or timing that is not comparable). */
  readonly advisory: boolean;
  readonly reason: string;
}

export interface WitnessCheck {
  readonly id: string;
  readonly arm: string;
  readonly client: number;
  readonly exchange: number;
  /** exchange − client − everything that is counted and explains a difference; 0 when both agree. */
  readonly remainder: number;
  readonly agree: boolean;
  /** The identity in words, with its terms. */
  readonly identity: string;
}

export interface FaultRow {
  readonly arm: string;
  readonly launch: number;
  readonly kind: string;
  readonly endpoint: number;
  readonly injectedAtMs: number;
  readonly detectedMs: number | null;
  /** Null when not recovered before the fault was lifted. */
  readonly recoveredMs: number | null;
  readonly durationMs: number;
  readonly felt: boolean;
  /** What it touched: operations that failed or were late, streams that stopped. */
  readonly operationsAffected: number;
  readonly streamsAffected: number;
}

/** Raw values of one launch pair, so that the same record always gives the same verdict. */
export interface PairRow {
  readonly pair: number;
  readonly arm: string;
  readonly control: string;
  readonly metric: string;
  /** One [arm, control] value for each block of the pair. */
  readonly blocks: readonly (readonly [number, number])[];
}

/** The machine beside one turn of an arm. */
export interface MachineRow {
  readonly pair: number;
  readonly block: number;
  readonly arm: string;
  /** What the frozen control took right before the turn: its loop of arithmetic, and one TCP echo, in milliseconds. */
  readonly cpuMs: number;
  readonly echoMs: number;
  /** How late a timer of 1 ms in an idle process was at worst during the turn. */
  readonly lateMs: number;
  /** The part of all cores' time that the hypervisor took meanwhile, 0…1; null where the system does not say. */
  readonly stolen: number | null;
  /** Its block is left out of all timing. */
  readonly disturbed: boolean;
}

/** One value of one launch, for absolute targets and exact counts. */
export interface LaunchRow {
  readonly launch: number;
  readonly arm: string;
  readonly metric: string;
  readonly value: number;
  /** The machine was disturbed meanwhile: of no use as a timing, while counts are counts. */
  readonly disturbed?: true;
}

export interface ScenarioRecord {
  readonly name: string;
  readonly question: string;
  readonly hash: string;
  readonly source: string;
  readonly resolved: unknown;
  readonly verdict: RunVerdict;
  /** What a placement or acquire means here: exclusive leases or shared ones. */
  readonly leases: 'exclusive' | 'shared' | 'both';
  readonly arms: Readonly<Record<string, ArmRecord>>;
  readonly deterministic: Readonly<Record<string, readonly string[]>>;
  readonly targets: readonly TargetRow[];
  readonly baselines: readonly BaselineRow[];
  readonly witness: { readonly agree: boolean; readonly checks: readonly WitnessCheck[] };
  readonly faults: readonly FaultRow[];
  readonly pairs: readonly PairRow[];
  readonly launches: readonly LaunchRow[];
  /** The machine beside every turn, in their order. */
  readonly machine?: readonly MachineRow[];
  /** After how many pairs the run could stop, and after how many it did. */
  readonly looks?: { readonly planned: readonly number[]; readonly taken: number };
  readonly warnings: readonly string[];
  /** How long it took, with the start of its processes. */
  readonly durationMs?: number;
  /** The command that runs this scenario alone again, with the same seed and settings. */
  readonly command?: string;
}

export interface RunRecord {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly metricVersion: number;
  readonly tool: { readonly name: 'mp-bench'; readonly version: string };
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly seed: number;
  readonly quick: boolean;
  readonly overrides: Readonly<Record<string, string>>;
  readonly command: string;
  readonly environment: Environment;
  readonly verdict: RunVerdict;
  readonly scenarios: readonly ScenarioRecord[];
  readonly warnings: readonly string[];
  /** What `observe` saw; no other command writes it. */
  readonly observation?: Observation;
}
