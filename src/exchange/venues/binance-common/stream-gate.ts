import type { Clock } from '../../../base/index.js';
import type { VenueTime } from '../../feed/index.js';
import { PerAddress, RollingWindow } from '../../limits/index.js';
import type { Refusal, StreamSink } from '../../venue.js';
import { AddressBan } from './address-ban.js';
import { errorResponse } from './failures.js';
import { type LimitError, limitRefusals } from './rest-errors.js';
import type { CommonRules } from './rules.js';

export interface StreamGateOptions {
  readonly clock: Clock;
  readonly time: VenueTime;
  readonly rules: CommonRules;
  readonly enforce: boolean;
}

interface Account {
  readonly connections: RollingWindow;
  readonly disconnects: RollingWindow;
  readonly ban: AddressBan;
}

/**
 * Lets addresses open WebSockets, within the venue's limit of attempts. An address whose connections were cut again
 * and again for sending too much is banned ("IPs that are repeatedly disconnected may be banned").
 */
export class StreamGate {
  readonly #options: StreamGateOptions;
  readonly #accounts: PerAddress<Account>;

  constructor(options: StreamGateOptions) {
    const { rules } = options;
    this.#options = options;
    this.#accounts = new PerAddress(() => ({
      connections: new RollingWindow(rules.connectionsPerWindow, rules.connectionWindowMs),
      disconnects: new RollingWindow(rules.forgivenDisconnects, rules.connectionWindowMs),
      ban: new AddressBan(rules),
    }));
  }

  /** Counts an attempt; the refusal when it is not granted, undefined when it is. */
  refusalOf(address: string, sink: StreamSink): Refusal | undefined {
    const { clock, time, rules, enforce } = this.#options;
    const { connections, ban } = this.#accounts.of(address);
    const bannedUntilMs = ban.endOf(time.now());
    if (bannedUntilMs !== undefined) return this.#refuse(limitRefusals.banned(bannedUntilMs), 'banned');
    if (!connections.exceededBy(clock.now())) return undefined;
    const rule = 'connections-per-window';
    if (!enforce) {
      sink.violated(rule);
      return undefined;
    }
    const retryAtMs = time.now() + rules.connectionWindowMs;
    return this.#refuse(limitRefusals.connections(rules.connectionsPerWindow, retryAtMs), rule);
  }

  /** A connection of the address was cut for sending too much. */
  disconnected(address: string): void {
    const { clock, time } = this.#options;
    const { disconnects, ban } = this.#accounts.of(address);
    if (disconnects.exceededBy(clock.now())) ban.impose(time.now());
  }

  #refuse(error: LimitError, rule: string): Refusal {
    return { refuse: { ...errorResponse(error, this.#options.time.now()), violated: [rule] } };
  }
}
