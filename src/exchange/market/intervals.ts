/** How calendar time is cut into bars: where a bar opens, and where the one `steps` further does. Milliseconds. */
export interface Interval {
  /** The venue's name for it. */
  readonly name: string;
  openOf(wallMs: number): number;
  shift(openMs: number, steps: number): number;
}

/** Bars of one length, one of which opens at `originMs`. */
export function fixedInterval(name: string, lengthMs: number, originMs = 0): Interval {
  return {
    name,
    openOf: (wallMs) => Math.floor((wallMs - originMs) / lengthMs) * lengthMs + originMs,
    shift: (openMs, steps) => openMs + steps * lengthMs,
  };
}

/** Calendar months in the time zone that is `zoneMs` ahead of UTC. */
export function monthlyInterval(name: string, zoneMs = 0): Interval {
  const openOf = (wallMs: number, months = 0): number => {
    const date = new Date(wallMs + zoneMs);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months) - zoneMs;
  };
  return { name, openOf: (wallMs) => openOf(wallMs), shift: openOf };
}
