import type { Clock, TimerHandle } from '../../../base/index.js';
import type { StreamSink } from '../../venue.js';
import type { DeribitRules } from './rules.js';

const SHORTEST_INTERVAL_S = 10;
// At an interval of 10 s the first test request was seen after 12 s and further ones 10.6 s apart.
const FIRST_TEST = 1.2;
const NEXT_TEST = 1.06;
const BEAT = '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}}';
const TEST_REQUEST = '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}';

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly sink: StreamSink;
  readonly rules: Pick<DeribitRules, 'heartbeatMs' | 'heartbeatAnswerMs'>;
  readonly intervalS: number;
}

/** Beats and test requests of one connection that asked for them; closes it when a test request goes unanswered. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #intervalMs: number;
  #beat: TimerHandle;
  #test: TimerHandle;
  /** Undefined while no test request waits for its answer. */
  #deadline: TimerHandle;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#intervalMs = (options.intervalS / SHORTEST_INTERVAL_S) * options.rules.heartbeatMs;
    this.#scheduleBeat();
    this.#scheduleTest(FIRST_TEST);
  }

  /** The client called `public/test`. */
  tested(): void {
    this.#options.clock.clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  stop(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#beat);
    clock.clearTimeout(this.#test);
    this.tested();
  }

  #scheduleBeat(): void {
    this.#beat = this.#options.clock.setTimeout(() => {
      this.#scheduleBeat();
      this.#options.sink.reply(BEAT);
    }, this.#intervalMs);
  }

  #scheduleTest(intervals: number): void {
    this.#test = this.#options.clock.setTimeout(() => {
      this.#scheduleTest(NEXT_TEST);
      this.#request();
    }, this.#intervalMs * intervals);
  }

  #request(): void {
    const { clock, sink, rules } = this.#options;
    this.#deadline ??= clock.setTimeout(() => {
      this.stop();
      sink.close(4000, 'heartbeat close');
    }, rules.heartbeatAnswerMs);
    sink.reply(TEST_REQUEST);
  }
}
