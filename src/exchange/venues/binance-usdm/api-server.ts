import type { Clock } from '../../../base/index.js';
import type { PerpetualSymbol } from '../../market/index.js';
import type { Refusal, StreamSession, StreamSink } from '../../venue.js';
import type { Endpoint, EndpointContext } from '../binance-common/endpoint.js';
import { errorResponse } from '../binance-common/failures.js';
import type { RequestAccount, RequestLimits } from '../binance-common/request-limits.js';
import type { StreamGate } from '../binance-common/stream-gate.js';
import { ApiSession } from './api-session.js';
import type { BinanceUsdmRules } from './rules.js';

const PATH = '/ws-fapi/v1';

export interface ApiServerOptions {
  readonly clock: Clock;
  readonly rules: BinanceUsdmRules;
  readonly enforce: boolean;
  readonly gate: StreamGate;
  readonly context: EndpointContext<PerpetualSymbol>;
  readonly endpoints: Readonly<Record<string, Endpoint<PerpetualSymbol>>>;
  readonly limits: RequestLimits;
}

/** The WebSocket API: opens its sessions and ends those that are left. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #sessions = new Set<ApiSession>();

  constructor(options: ApiServerOptions) {
    this.#options = options;
  }

  serves(path: string): boolean {
    return path.split('?', 1)[0] === PATH;
  }

  open(address: string, sink: StreamSink, path: string): StreamSession | Refusal {
    const { gate, context, limits } = this.#options;
    const account = limits.of(address);
    const refusal = this.#handshakeRefusal(account, sink) ?? gate.refusalOf(address, sink);
    if (refusal) return refusal;
    const query = new URLSearchParams(path.split('?', 2)[1] ?? '');
    const session = new ApiSession({
      ...this.#options,
      time: context.time,
      sink,
      account,
      returnRateLimits: query.get('returnRateLimits') !== 'false',
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

  // Opening a connection costs weight, of which a banned address has none.
  #handshakeRefusal(account: RequestAccount, sink: StreamSink): Refusal | undefined {
    const { context, rules } = this.#options;
    const wallMs = context.time.now();
    const ban = account.banned(wallMs);
    if (ban) return { refuse: { ...errorResponse(ban, wallMs), violated: ['banned'] } };
    const { violated, refusal } = account.charge(wallMs, rules.handshakeWeight);
    if (refusal) return { refuse: { ...errorResponse(refusal, wallMs), violated } };
    for (const rule of violated) sink.violated(rule);
    return undefined;
  }
}
