import type { Clock } from '../../../base/index.js';
import type { FeedHub, VenueTime } from '../../feed/index.js';
import type { Refusal, StreamSession, StreamSink } from '../../venue.js';
import type { FrameForm } from './frame-form.js';
import { errorResponse } from './failures.js';
import { BinanceError } from './rest-errors.js';
import type { CommonRules } from './rules.js';
import { BinanceSession } from './session.js';
import type { StreamGate } from './stream-gate.js';
import { parseStreamPath } from './stream-path.js';

export interface StreamServerOptions {
  readonly clock: Clock;
  readonly time: VenueTime;
  readonly hub: FeedHub<FrameForm>;
  readonly rules: CommonRules;
  readonly enforce: boolean;
  readonly gate: StreamGate;
  /** How long before the end of its life a connection is told; 0 where the venue says nothing. */
  readonly noticeMs: number;
}

/** The sockets that carry streams: opens their sessions and ends those that are left. */
export class StreamServer {
  readonly #options: StreamServerOptions;
  readonly #sessions = new Set<BinanceSession>();

  constructor(options: StreamServerOptions) {
    this.#options = options;
  }

  /** Opens a session at `path`, which serves the streams that it `carries`, or refuses it. */
  open(
    address: string,
    sink: StreamSink,
    path: string,
    carries: (stream: string) => boolean = () => true,
  ): StreamSession | Refusal {
    const { gate, rules, enforce, time } = this.#options;
    const parsed = parseStreamPath(path);
    if ('refuse' in parsed) return { refuse: { status: parsed.refuse, headers: {}, body: '' } };
    if (enforce && new Set(parsed.streams).size > rules.streamsPerConnection) {
      const error = errorResponse(new BinanceError(4, 'Too many subscriptions'), time.now());
      return { refuse: { ...error, violated: ['streams-per-connection'] } };
    }
    const refusal = gate.refusalOf(address, sink);
    if (refusal) return refusal;
    const session = new BinanceSession({
      ...this.#options,
      sink,
      path: parsed,
      carries,
      onMisuse: () => {
        gate.disconnected(address);
      },
      onEnd: (ended) => {
        this.#sessions.delete(ended);
      },
    });
    this.#sessions.add(session);
    return session;
  }

  close(): void {
    for (const session of this.#sessions) session.end();
  }
}
