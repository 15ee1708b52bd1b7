import type { RestResponse, Venue } from '../venue.js';
import type { ActiveFault } from './active-fault.js';
import type { Fault, FaultConnection } from './fault.js';

/** A request or an upgrade, as far as scopes want to know it. */
export interface FaultableRequest {
  /** Path and query as the client sent them. */
  readonly target: string;
  readonly body: string;
}

/** The faults that meet requests, in the order of their injection. Each thing is asked of the one that hits it first. */
export class RequestFaults {
  #active: readonly ActiveFault[] = [];

  set(active: readonly ActiveFault[]): void {
    this.#active = active.filter(({ fault }) => fault.request ?? fault.answer ?? fault.truncate ?? fault.answered);
  }

  /** None lasts: nothing else needs to be asked. */
  get none(): boolean {
    return this.#active.length === 0;
  }

  /** A request came in. True: its connection was ended, and it gets no answer. */
  takes(connection: FaultConnection, request: FaultableRequest): boolean {
    const taken = this.#first(
      connection,
      request,
      ({ request: take }) => take && (() => take(connection) || undefined),
    );
    return taken ?? false;
  }

  /** The answer in place of the venue's, if any. */
  answer(connection: FaultConnection, request: FaultableRequest, venue: Venue): RestResponse | undefined {
    return this.#first(connection, request, ({ answer }) => answer && (() => answer(venue)));
  }

  /** How many bytes of a body go out before the connection is cut; undefined for all, and no cut. */
  truncation(connection: FaultConnection, request: FaultableRequest, bodyBytes: number): number | undefined {
    return this.#first(connection, request, ({ truncate }) => truncate && (() => truncate(bodyBytes)));
  }

  /** A whole response went out. */
  answered(connection: FaultConnection): void {
    for (const { fault, scope } of this.#active) if (scope.covers(connection.endpoint)) fault.answered?.(connection);
  }

  #first<T>(
    { endpoint }: FaultConnection,
    { target, body }: FaultableRequest,
    hookOf: (fault: Fault) => (() => T | undefined) | undefined,
  ): T | undefined {
    for (const active of this.#active) {
      const hook = hookOf(active.fault);
      if (!hook || !active.scope.hits(endpoint, [decoded(target), body])) continue;
      const outcome = hook();
      if (outcome === undefined) continue;
      active.touched();
      return outcome;
    }
    return undefined;
  }
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
