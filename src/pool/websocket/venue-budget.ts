import { type Clock, systemClock } from '../../base/index.js';
import { ConnectBudget } from './connect-budget.js';
import type { StreamProtocol } from './protocol.js';
import { RequestBudget } from './request-budget.js';

/**
 * What a venue takes from one address: new connections, and frames over all connections. Venues count both over all of a
 * process, so pools to the same venue should be given the same budget; a pool that is given none has one of its own.
 */
export class VenueBudget {
  /** New connections in a time; undefined where the venue does not limit them. */
  readonly connects: ConnectBudget | undefined;
  /** Frames in a time; undefined where the venue limits them by connection only. */
  readonly requests: RequestBudget | undefined;

  /** `limits` are a protocol's, or those of them that hold. */
  constructor(limits: Pick<StreamProtocol, 'connects' | 'requestsPerAddress'>, clock: Clock = systemClock) {
    const { connects, requestsPerAddress } = limits;
    this.connects = connects && new ConnectBudget(connects, clock);
    this.requests = requestsPerAddress && new RequestBudget(requestsPerAddress, clock);
  }
}
