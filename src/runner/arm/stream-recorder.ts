import { type Clock, LatencyHistogram, SequenceRanges, wallClockMs } from '../../base/index.js';
import type { ReportedGap, StreamConsumer } from '../../driver/index.js';
import type { Interruption, StreamsTally, StreamTally } from './messages.js';

// A flapping stream must not grow the report without bound; the faults of a launch are far fewer than this.
const MOST_INTERRUPTIONS = 64;
// Of one stream: a hundred a second for as long as any launch lasts; 512 KB.
const MOST_ARRIVALS = 65_536;

interface StreamState {
  readonly ids: SequenceRanges;
  readonly gaps: SequenceRanges;
  readonly arrivals: number[];
  readonly interruptions: { -readonly [K in keyof Interruption]: Interruption[K] }[];
  received: number;
  repeated: number;
  lastMessageAtMs: number | null;
  desired: boolean;
  acknowledged: boolean;
}

/** The handler that a collector would have: sees every message of every stream, and keeps ranges, not messages. */
export class StreamRecorder implements StreamConsumer {
  readonly #clock: Clock;
  readonly #keepsArrivals: boolean;
  readonly #streams = new Map<string, StreamState>();
  readonly #subscribeMs = new LatencyHistogram();
  readonly #delayMs = new LatencyHistogram();
  #atMs: number;
  #desired = 0;
  #acknowledged = 0;
  #desiredMs = 0;
  #acknowledgedMs = 0;
  #acknowledgements = 0;

  /** `keepsArrivals`: the time of every message, for faults to be matched with. */
  constructor(clock: Clock, keepsArrivals: boolean) {
    this.#clock = clock;
    this.#keepsArrivals = keepsArrivals;
    this.#atMs = clock.now();
  }

  /** The collector wants this stream from now on. */
  desire(stream: string): void {
    this.#integrate();
    const state = this.#streams.get(stream) ?? emptyState();
    this.#streams.set(stream, state);
    state.desired = true;
    this.#desired += 1;
  }

  /** The collector has no use for this stream any more. */
  dismiss(stream: string): void {
    const state = this.#streams.get(stream);
    if (!state?.desired) return;
    this.#integrate();
    if (state.acknowledged) this.#acknowledged -= 1;
    this.#desired -= 1;
    state.desired = false;
    state.acknowledged = false;
  }

  subscribed(latencyMs: number): void {
    this.#subscribeMs.record(latencyMs);
  }

  acknowledged(stream: string, atMs: number): void {
    const state = this.#streams.get(stream);
    if (!state?.desired || state.acknowledged) return;
    this.#integrate();
    state.acknowledged = true;
    this.#acknowledged += 1;
    this.#acknowledgements += 1;
    const open = state.interruptions.at(-1);
    if (open && open.acknowledgedAtMs === null) open.acknowledgedAtMs = atMs;
  }

  interrupted(stream: string, atMs: number): void {
    const state = this.#streams.get(stream);
    if (!state?.desired) return;
    this.#integrate();
    if (state.acknowledged) this.#acknowledged -= 1;
    state.acknowledged = false;
    if (state.interruptions.length >= MOST_INTERRUPTIONS) return;
    state.interruptions.push({
      interruptedAtMs: atMs,
      lastMessageAtMs: state.lastMessageAtMs,
      acknowledgedAtMs: null,
      firstMessageAtMs: null,
    });
  }

  message(stream: string, firstId: number, lastId: number, sentAtMs: number | null): void {
    const state = this.#streams.get(stream);
    if (!state) return;
    const now = this.#clock.now();
    state.received += 1;
    if (state.ids.add(firstId, lastId) > 0) state.repeated += 1;
    state.lastMessageAtMs = now;
    if (sentAtMs !== null) this.#delayMs.record(wallClockMs() - sentAtMs);
    const open = state.interruptions.at(-1);
    if (open && open.firstMessageAtMs === null) open.firstMessageAtMs = now;
    if (this.#keepsArrivals && state.arrivals.length < MOST_ARRIVALS) state.arrivals.push(now);
  }

  gap(stream: string, { lastGoodId, firstGoodId }: ReportedGap): void {
    const firstMissing = lastGoodId === null ? Number.NEGATIVE_INFINITY : lastGoodId + 1;
    // Where ids tell nothing, a gap may lie between one id and the next.
    if (firstMissing < firstGoodId) this.#streams.get(stream)?.gaps.add(firstMissing, firstGoodId - 1);
  }

  /** Integrals up to now, to be given to `tally`; taken when the load ends, before streams are dropped. */
  integrals(): { readonly desiredMs: number; readonly acknowledgedMs: number } {
    this.#integrate();
    return { desiredMs: this.#desiredMs, acknowledgedMs: this.#acknowledgedMs };
  }

  tally(integrals: { readonly desiredMs: number; readonly acknowledgedMs: number }): StreamsTally {
    return {
      ...integrals,
      acknowledgements: this.#acknowledgements,
      subscribeMs: this.#subscribeMs.sparse(),
      delayMs: this.#delayMs.sparse(),
      streams: [...this.#streams].map(([stream, state]) => tallyOf(stream, state, this.#keepsArrivals)),
    };
  }

  #integrate(): void {
    const now = this.#clock.now();
    this.#desiredMs += this.#desired * (now - this.#atMs);
    this.#acknowledgedMs += this.#acknowledged * (now - this.#atMs);
    this.#atMs = now;
  }
}

function emptyState(): StreamState {
  return {
    ids: new SequenceRanges(),
    gaps: new SequenceRanges(),
    arrivals: [],
    interruptions: [],
    received: 0,
    repeated: 0,
    lastMessageAtMs: null,
    desired: false,
    acknowledged: false,
  };
}

function tallyOf(stream: string, state: StreamState, withArrivals: boolean): StreamTally {
  return {
    stream,
    received: state.received,
    repeated: state.repeated,
    ids: state.ids.ranges.map(([first, last]) => [first, last] as const),
    interruptions: state.interruptions.map((one) => ({ ...one })),
    gaps: state.gaps.ranges.map(([first, last]) => [first, last] as const),
    arrivals: withArrivals ? Float64Array.from(state.arrivals) : null,
  };
}
