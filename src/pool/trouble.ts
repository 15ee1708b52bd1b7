import type { Endpoints } from './endpoints.js';

/** Why connections do not come. */
export interface Trouble {
  /** In words, to be put behind the pool's state; '' when nothing is wrong. */
  readonly text: string;
  /** The last dial's error, when it is because of dials alone that nobody is served. */
  readonly dialError: Error | undefined;
}

export interface DialFailure {
  readonly error: Error;
  readonly atMs: number;
}

/** What keeps connections from somebody who has waited since `sinceMs`, with `open` of them there. */
export function troubleOf(
  endpoints: Endpoints,
  lastFailure: DialFailure | undefined,
  open: number,
  sinceMs: number,
): Trouble {
  const { down } = endpoints;
  const recent = lastFailure !== undefined && lastFailure.atMs >= sinceMs;
  const parts = down.length > 0 ? [`down: ${down.join(', ')}`] : [];
  if (recent && down.length === 0) parts.push(`last dial: ${lastFailure.error.message}`);
  const dialsAlone = endpoints.noneUp() || (recent && open === 0);
  return { text: parts.map((part) => ` · ${part}`).join(''), dialError: dialsAlone ? lastFailure?.error : undefined };
}
