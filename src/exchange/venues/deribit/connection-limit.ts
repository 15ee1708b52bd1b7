import type { Clock } from '../../../base/index.js';
import { PerAddress } from '../../limits/index.js';
import type { Origin } from '../../venue.js';

const RULE = 'connections-per-address';

export interface ConnectionLimitOptions {
  readonly clock: Clock;
  readonly limit: number;
  readonly enforce: boolean;
}

/** Watches how many connections each address has open, and refuses what newcomers beyond the limit ask for. */
export class ConnectionLimit {
  readonly #options: ConnectionLimitOptions;
  readonly #accounts = new PerAddress(() => ({
    /** Connections beyond the limit that are noted already. */
    noted: 0,
    /** When the address was last seen within the limit: connections that are older are none too many. */
    withinMs: -Infinity,
  }));

  constructor(options: ConnectionLimitOptions) {
    this.#options = options;
  }

  /** Looks at a request or an upgrade: the rules it breaks (once for each connection too many), and its fate. */
  check({ remoteAddress, connectionsOfAddress, connectionAgeMs }: Origin): {
    readonly violated: readonly string[];
    readonly refused: boolean;
  } {
    const { clock, limit, enforce } = this.#options;
    const account = this.#accounts.of(remoteAddress);
    const beyond = Math.max(0, connectionsOfAddress - limit);
    const nowMs = clock.now();
    if (beyond === 0) account.withinMs = nowMs;
    const refused = enforce && beyond > 0 && nowMs - connectionAgeMs >= account.withinMs;
    const count = enforce ? Number(refused) : Math.max(0, beyond - account.noted);
    account.noted = beyond;
    return { violated: Array.from({ length: count }, () => RULE), refused };
  }
}
