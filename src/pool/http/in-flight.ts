/** A try that is under way. */
export interface Call {
  readonly signal: AbortSignal;
  /** Was it ended because its endpoint was declared down? */
  readonly movedAway: boolean;
  ended(): void;
}

/** The tries under way by origin, so that all of them can leave an endpoint that was declared down. */
export class InFlight {
  readonly #byOrigin = new Map<string, Set<() => void>>();

  /** A try began; one that is not `movable` stays when its endpoint goes down. */
  began(origin: string, movable: boolean, outer: AbortSignal | undefined): Call {
    const controller = new AbortController();
    let movedAway = false;
    const move = (): void => {
      movedAway = true;
      controller.abort(new Error(`${origin} was declared down`));
    };
    const onOuterAbort = (): void => controller.abort(outer?.reason);
    if (outer?.aborted) onOuterAbort();
    else outer?.addEventListener('abort', onOuterAbort, { once: true });
    const calls = this.#calls(origin);
    if (movable) calls.add(move);
    return {
      signal: controller.signal,
      get movedAway() {
        return movedAway;
      },
      ended: () => {
        calls.delete(move);
        outer?.removeEventListener('abort', onOuterAbort);
      },
    };
  }

  moveAway(origin: string): void {
    for (const move of this.#calls(origin)) move();
  }

  #calls(origin: string): Set<() => void> {
    let calls = this.#byOrigin.get(origin);
    if (!calls) {
      calls = new Set();
      this.#byOrigin.set(origin, calls);
    }
    return calls;
  }
}
