import { z } from 'zod';
import { parseDurationMs } from '../base/index.js';

/** A length of time as read from a scenario; lives only until `resolveDurations`. */
class Duration {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

const EXPECTED = 'expected a duration such as 250ms, 2s or a number of milliseconds';

/** A field that takes `250ms`, `2s`, `1min` or milliseconds, not below zero. */
export const duration = () =>
  z.union([z.number(), z.string()], { error: EXPECTED }).transform((value, context) => {
    const ms = parseDurationMs(value);
    if (ms !== undefined && ms >= 0) return new Duration(ms);
    context.addIssue({ code: 'custom', message: EXPECTED });
    return z.NEVER;
  });

type NameOf<Key, Value> = Value extends Duration ? `${Key & string}Ms` : Key;

/** `T` deeply readonly, with each duration `x` turned into a number of milliseconds `xMs`. */
export type Resolved<T> = T extends Duration
  ? number
  : T extends readonly (infer Element)[]
    ? readonly Resolved<Element>[]
    : T extends object
      ? { readonly [Key in keyof T as NameOf<Key, T[Key]>]: Resolved<T[Key]> }
      : T;

/** Renames every duration `x` to `xMs` and freezes the whole. */
export function resolveDurations<T>(value: T): Resolved<T> {
  return resolve(value) as Resolved<T>;
}

function resolve(value: unknown): unknown {
  if (value instanceof Duration) return value.ms;
  if (Array.isArray(value)) return Object.freeze(value.map(resolve));
  if (typeof value !== 'object' || value === null) return value;
  return Object.freeze(
    Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [inner instanceof Duration ? `${key}Ms` : key, resolve(inner)]),
    ),
  );
}
