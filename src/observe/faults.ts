import type { FaultStamp } from '../exchange/protocol.js';
import type { ObservedFault } from '../record/index.js';
import type { Outage } from './outages.js';
import type { Loss } from './reconnects.js';

/** What was lost in the course of an observation, of every kind. */
export interface Losses {
  readonly connections: readonly Loss[];
  readonly outages: readonly Outage[];
}

/**
 * What one fault did. A loss is booked on every fault that covered its endpoint and its moment, injection and lift
 * included: of faults that overlap, nobody could say which one it was. `startMs` is what times are counted from.
 */
export function observedFault(stamp: FaultStamp, losses: Losses, startMs: number): ObservedFault {
  const { kind, endpoint, injectedAtMs, liftedAtMs, touched } = stamp;
  const covers = (at: number, lostAtMs: number): boolean =>
    (endpoint === null || endpoint === at) &&
    lostAtMs >= injectedAtMs &&
    lostAtMs <= (liftedAtMs ?? Number.POSITIVE_INFINITY);
  const connections = losses.connections.filter((loss) => covers(loss.connection.endpoint, loss.lostAtMs));
  const outages = losses.outages.filter((outage) => covers(outage.endpoint, outage.lostAtMs));
  const reconnects = connections.flatMap(({ reconnectedAtMs }) => reconnectedAtMs ?? []);
  const backs = outages.flatMap(({ backAtMs }) => backAtMs ?? []);
  const allBack = outages.length > 0 && backs.length === outages.length;
  return {
    kind,
    endpoint,
    injectedAtMs: injectedAtMs - startMs,
    liftedAtMs: liftedAtMs === null ? null : liftedAtMs - startMs,
    touched,
    connectionsLost: connections.length,
    firstReconnectMs: reconnects.length === 0 ? null : Math.min(...reconnects) - injectedAtMs,
    streamsLost: outages.length,
    streamsNeverBack: outages.length - backs.length,
    allStreamsBackMs: allBack ? Math.max(...backs) - injectedAtMs : null,
  };
}
