import type { ErrorCode, SparseCounts } from '../../base/index.js';
import type { ClaimsReading, DriverSettings, ErrorKind, KnownRules } from '../../driver/index.js';
import type { AccountsSnapshot, AcquireOutcome } from '../../pool/index.js';

/** Messages between the main process and an arm process. Everything is plain data (structured clone). */

/** One thing that a load asks a venue for, again and again. */
export interface PollConfig {
  readonly venue: string;
  readonly operation: string;
  /** How many symbols take turns, the most active first. */
  readonly symbols: number;
  readonly weight: number;
}

export interface RequestLoad {
  /** What is asked for, shared out by weight. */
  readonly polls: readonly PollConfig[];
  readonly levels: number;
  readonly arrivals: 'poisson' | 'burst';
  /** Arrivals a second; null for a burst. */
  readonly ratePerSecond: number | null;
  readonly operations: number;
  readonly maxInFlight: number;
  readonly timeoutMs: number;
}

export interface StreamLoad {
  readonly subscriptions: readonly { readonly venue: string; readonly channel: string; readonly symbols: number }[];
  /** How many streams are exchanged for others half-way. */
  readonly change: number;
  /** Hold before and after the change; null holds until the requests beside it are done. */
  readonly holdMs: number | null;
}

/** One venue of a site as an arm sees it. */
export interface VenueConfig {
  readonly name: string;
  readonly endpoints: readonly { readonly rest: string; readonly ws: string }[];
  /** Number of its first endpoint among those of the site. */
  readonly firstEndpoint: number;
  /** In its own spelling, most active first. */
  readonly symbols: readonly string[];
}

export interface ArmConfig {
  readonly arm: string;
  /** A built-in driver's name, or the absolute path of a module that exports `createDriver`. */
  readonly driver: string;
  readonly objects: 'fresh' | 'pooled';
  readonly venues: readonly VenueConfig[];
  readonly ca: string | null;
  readonly settings: DriverSettings;
  /** The venues' rules as they hold in this launch, for the clients of all arms to know. */
  readonly rules: KnownRules;
  readonly requests: RequestLoad | null;
  readonly streams: StreamLoad | null;
  readonly seed: string;
}

export type ArmRequest =
  | { readonly kind: 'init'; readonly config: ArmConfig }
  | { readonly kind: 'warmUp'; readonly operations: number }
  | { readonly kind: 'start' }
  /** Runs the load once. The same `index` gives the same arrivals in every arm. */
  | { readonly kind: 'run'; readonly index: number; readonly beginAtMs: number; readonly keepLog: boolean }
  | { readonly kind: 'finish' };

export type ArmResponse =
  | { readonly kind: 'done' }
  | { readonly kind: 'warmed'; readonly steadiness: Steadiness }
  | { readonly kind: 'report'; readonly report: ArmReport }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

/** Medians of the two halves of the warm-up: how far from steady the code still was. */
export interface Steadiness {
  readonly operations: number;
  readonly firstHalfMs: number;
  readonly secondHalfMs: number;
}

/** What one kind of account counted between the begin and the end of a report's window. */
export interface AccountsReading {
  readonly acquires: Readonly<Record<AcquireOutcome, number>>;
  readonly opened: number;
  readonly uses: number;
  readonly reuses: number;
  readonly setupTotalMs: number;
  readonly setupPartsMs: AccountsSnapshot['setupPartsMs'];
  /** While load was offered, see `ArmReport.window`. */
  readonly integralsMs: AccountsSnapshot['integralsMs'];
  readonly acquireMs: Readonly<Record<AcquireOutcome, SparseCounts>>;
  readonly setupMs: SparseCounts;
  readonly useMs: SparseCounts;
  readonly lifetimeMs: SparseCounts;
}

/** Every operation of a run, by column; kept only where faults have to be matched. */
export interface OperationLog {
  readonly intendedAtMs: Float64Array;
  readonly endedAtMs: Float64Array;
  /** 1 when it succeeded within the scenario's response limit. */
  readonly good: Uint8Array;
}

export interface OperationTally {
  readonly attempted: number;
  readonly completed: number;
  readonly unstarted: number;
  readonly failures: Readonly<Partial<Record<ErrorKind, number>>>;
  readonly responseMs: SparseCounts;
  readonly serviceMs: SparseCounts;
  readonly startLagMs: SparseCounts;
  /** First start → last completion. */
  readonly completionMs: number;
  readonly log: OperationLog | null;
}

/** One interruption of a stream, from the last message before to the first after; null where it never came. */
export interface Interruption {
  readonly interruptedAtMs: number;
  readonly lastMessageAtMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly firstMessageAtMs: number | null;
}

export interface StreamTally {
  readonly stream: string;
  readonly received: number;
  readonly repeated: number;
  readonly ids: readonly (readonly [number, number])[];
  readonly interruptions: readonly Interruption[];
  /** Ids that the client's gap events cover, as inclusive ranges; the first may begin with minus infinity. */
  readonly gaps: readonly (readonly [number, number])[];
  /** When messages arrived, up to a bound; kept only where faults have to be matched. */
  readonly arrivals: Float64Array | null;
}

export interface StreamsTally {
  /** Stream-milliseconds, while load was offered. */
  readonly desiredMs: number;
  readonly acknowledgedMs: number;
  readonly acknowledgements: number;
  readonly subscribeMs: SparseCounts;
  readonly delayMs: SparseCounts;
  readonly streams: readonly StreamTally[];
}

export interface MachineReading {
  readonly cpuUs: number;
  readonly gcPauseMs: SparseCounts;
  readonly eventLoopDelayMs: SparseCounts;
  /** Only in the last report of a launch; the heap only where garbage could be collected before. */
  readonly heapUsedMb: number | null;
  readonly rssMb: number | null;
}

export interface ObjectsReading {
  readonly asked: number;
  readonly hits: number;
  readonly created: number;
}

/** What an arm did from one moment to another. */
export interface ArmReport {
  /** Load was offered from `beganAtMs` to `offeredUntilMs`; the last answer was there at `endedAtMs`. */
  readonly window: { readonly beganAtMs: number; readonly offeredUntilMs: number; readonly endedAtMs: number };
  readonly operations: OperationTally | null;
  readonly streams: StreamsTally | null;
  readonly http: AccountsReading | null;
  readonly placements: AccountsReading | null;
  /** Cumulative counters of the launch; connections and deaths since the last report. */
  readonly claims: ClaimsReading;
  readonly machine: MachineReading;
  readonly objects: ObjectsReading | null;
}
