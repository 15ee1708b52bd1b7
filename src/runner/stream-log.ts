import type { FaultKind, FaultStamp, LedgerSubscription } from '../exchange/protocol.js';
import type { StreamTally } from './arm/messages.js';
import { sizeOf, without } from './id-ranges.js';
import type { LaunchSample } from './launch.js';

/** The last message of a stream before a fault, and the first after it; null where there was none. */
export interface Resumption {
  readonly lastMessageAtMs: number | null;
  readonly firstMessageAtMs: number | null;
}

/** Faults that hit every stream in their scope; of the others a stream feels only that its connection is cut. */
const WHOLE: ReadonlySet<FaultKind> = new Set(['refuse', 'reset', 'silence']);
/** The fault that stops data on connections that live. */
const STALL: FaultKind = 'stream-stall';

/** Whether an endpoint is among those that a fault hits. */
export function isUnder(stamp: FaultStamp, endpoint: number): boolean {
  return stamp.endpoint === null || stamp.endpoint === endpoint;
}

/** When the streams of a launch brought messages, around its faults. */
export class StreamLog {
  readonly #subscriptions: readonly LedgerSubscription[];
  readonly #tallies: ReadonlyMap<string, StreamTally>;

  constructor({ subscriptions, runs }: LaunchSample) {
    const tallies = runs.flatMap(({ report }) => report.streams?.streams ?? []);
    this.#subscriptions = subscriptions;
    this.#tallies = new Map(tallies.map((tally) => [tally.stream, tally]));
  }

  /** One for each stream that the fault touched, however many connections carried it. */
  resumptions(stamp: FaultStamp): Resumption[] {
    const live = this.#subscriptions.filter((row) => isLive(row, stamp.injectedAtMs));
    const hit = new Set(live.filter((row) => isHit(row, stamp)));
    const spared = new Set(live.filter((row) => !hit.has(row)).map(({ stream }) => stream));
    return [...new Set([...hit].map(({ stream }) => stream))].map((stream) =>
      this.#resumption(stream, stamp, spared.has(stream)),
    );
  }

  #resumption(stream: string, stamp: FaultStamp, spared: boolean): Resumption {
    const { kind, injectedAtMs } = stamp;
    if (kind !== STALL && this.#wasInterrupted(stream, stamp)) return this.#interruption(stream, injectedAtMs);
    // Another connection carries it on, or it was moved to one: nothing that was under way before that counts.
    return this.#firstArrival(stream, spared ? injectedAtMs : this.#movedAtMs(stream, injectedAtMs));
  }

  /** When the exchange first sent on a subscription that began after a moment; infinite when it never did. */
  #movedAtMs(stream: string, afterMs: number): number {
    const later = this.#subscriptions.filter((row) => row.stream === stream && row.startedAtMs > afterMs);
    return Math.min(...later.map(({ firstMessageAtMs }) => firstMessageAtMs ?? Number.POSITIVE_INFINITY));
  }

  #wasInterrupted(stream: string, { injectedAtMs, liftedAtMs }: FaultStamp): boolean {
    const untilMs = liftedAtMs ?? Number.POSITIVE_INFINITY;
    const interruptions = this.#tallies.get(stream)?.interruptions ?? [];
    return interruptions.some(({ interruptedAtMs: atMs }) => atMs >= injectedAtMs && atMs <= untilMs);
  }

  #firstArrival(stream: string, afterMs: number): Resumption {
    const arrivals = this.#tallies.get(stream)?.arrivals ?? new Float64Array();
    const first = arrivals.findIndex((atMs) => atMs >= afterMs);
    if (first === -1) return { lastMessageAtMs: arrivals.at(-1) ?? null, firstMessageAtMs: null };
    return { lastMessageAtMs: arrivals[first - 1] ?? null, firstMessageAtMs: arrivals[first] ?? null };
  }

  #interruption(stream: string, injectedAtMs: number): Resumption {
    const interruptions = this.#tallies.get(stream)?.interruptions ?? [];
    const after = interruptions.filter((one) => one.interruptedAtMs >= injectedAtMs);
    // Interrupted again before data came: the gap ends with the first message of the last try.
    const recovered = after.find((one) => one.firstMessageAtMs !== null);
    return {
      lastMessageAtMs: after[0]?.lastMessageAtMs ?? null,
      firstMessageAtMs: recovered?.firstMessageAtMs ?? null,
    };
  }
}

function isLive({ startedAtMs, endedAtMs }: LedgerSubscription, atMs: number): boolean {
  return startedAtMs <= atMs && (endedAtMs === null || endedAtMs >= atMs);
}

function isHit(row: LedgerSubscription, stamp: FaultStamp): boolean {
  if (!isUnder(stamp, row.endpoint)) return false;
  if (stamp.kind === STALL) return stamp.touched > 0 && isHollow(row);
  return WHOLE.has(stamp.kind) || wasCut(row, stamp);
}

/** Not by the client's own closing of its connection. */
function wasCut({ lostAtMs, endedAtMs }: LedgerSubscription, { liftedAtMs }: FaultStamp): boolean {
  return lostAtMs !== undefined && endedAtMs !== null && endedAtMs <= (liftedAtMs ?? Number.POSITIVE_INFINITY);
}

/** Whether ids fell due on the subscription that were never sent. */
function isHollow({ fromId, untilId, sent }: LedgerSubscription): boolean {
  return untilId !== null && sizeOf(without([[fromId, untilId - 1]], sent)) > 0;
}
