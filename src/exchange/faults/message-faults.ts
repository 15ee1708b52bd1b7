import type { StreamMessage } from '../venue.js';
import type { ActiveFault } from './active-fault.js';
import type { FaultConnection, Outcome } from './fault.js';
import { Lane } from './lane.js';

/** Where the messages of one connection go. */
export interface MessageOutlet {
  readonly connection: FaultConnection;
  deliver(message: StreamMessage): void;
  /** A message that the venue published is not sent. */
  withheld(): void;
}

/** A fault on messages, with what it remembers of each connection. */
interface Station {
  readonly active: ActiveFault;
  readonly lanes: Map<MessageOutlet, Lane>;
}

/** The faults that meet market data and acknowledgements: a message passes them in the order of their injection. */
export class MessageFaults {
  #stations: readonly Station[] = [];
  #acknowledging: readonly ActiveFault[] = [];

  set(active: readonly ActiveFault[]): void {
    this.#acknowledging = active.filter(({ fault }) => fault.acknowledge);
    const known = new Map(this.#stations.map((station) => [station.active, station]));
    this.#stations = active
      .filter(({ fault }) => fault.publish)
      .map((active) => known.get(active) ?? { active, lanes: new Map<MessageOutlet, Lane>() });
  }

  /** None that meets market data lasts: messages need not come by. */
  get none(): boolean {
    return this.#stations.length === 0;
  }

  publish(outlet: MessageOutlet, message: StreamMessage): void {
    this.#pass(outlet, message, 0);
  }

  /** The acknowledgement of these streams is about to be sent. Returns whether it is lost. */
  swallows({ endpoint }: FaultConnection, streams: readonly string[]): boolean {
    for (const active of this.#acknowledging) {
      if (!active.scope.hits(endpoint, streams) || !active.fault.acknowledge?.()) continue;
      active.touched();
      return true;
    }
    return false;
  }

  /** The stream ends on this connection: what waits for its next message is sent now. */
  ends(outlet: MessageOutlet, stream: string): void {
    for (const [index, { lanes }] of this.#stations.entries())
      for (const message of lanes.get(outlet)?.take(stream) ?? []) this.#pass(outlet, message, index + 1);
  }

  /** The fault is about to be lifted: what waits in it is sent. */
  flush(active: ActiveFault): void {
    const index = this.#stations.findIndex((station) => station.active === active);
    for (const [outlet, lane] of this.#stations[index]?.lanes ?? [])
      for (const message of lane.take()) this.#pass(outlet, message, index + 1);
  }

  /** The connection is gone: what waits is never sent. */
  left(connection: FaultConnection): void {
    for (const { lanes } of this.#stations) {
      for (const [outlet, lane] of lanes) {
        if (outlet.connection !== connection) continue;
        lane.take().forEach(() => {
          outlet.withheld();
        });
        lanes.delete(outlet);
      }
    }
  }

  #pass(outlet: MessageOutlet, message: StreamMessage, index: number): void {
    const station = this.#stations[index];
    if (!station) {
      outlet.deliver(message);
      return;
    }
    const lane = laneOf(station, outlet);
    const out = lane.holds(message.stream)
      ? [message, ...lane.take(message.stream)]
      : this.#meet(station.active, lane, outlet, message);
    for (const one of out) this.#pass(outlet, one, index + 1);
  }

  #meet(active: ActiveFault, lane: Lane, outlet: MessageOutlet, message: StreamMessage): readonly StreamMessage[] {
    const outcome = outcomeOf(active, lane, outlet.connection, message);
    if (outcome === undefined) return [message];
    if (outcome.length === 0) outlet.withheld();
    return lane.apply(message, outcome);
  }
}

function laneOf({ lanes }: Station, outlet: MessageOutlet): Lane {
  const lane = lanes.get(outlet) ?? new Lane();
  lanes.set(outlet, lane);
  return lane;
}

function outcomeOf(
  active: ActiveFault,
  lane: Lane,
  connection: FaultConnection,
  message: StreamMessage,
): Outcome | undefined {
  const { fault, scope } = active;
  const draw = (): boolean => scope.hits(connection.endpoint, [message.symbol]);
  if (fault.unit === 'subscription')
    return lane.once(message.stream, draw, () => active.caught(connection)) ? fault.publish?.(message) : undefined;
  const outcome = draw() ? fault.publish?.(message) : undefined;
  if (outcome !== undefined) active.touched();
  return outcome;
}
