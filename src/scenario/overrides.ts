import { parse } from 'yaml';
import { MpBenchError } from '../base/index.js';
import type { Path } from './positions.js';

/** One `--set path=value`. */
export interface Override {
  /** Dotted path in the spelling of the scenario file, for example `pool.max` or `targets.0.limit`. */
  readonly path: string;
  readonly value: unknown;
  /** The value as it was written, for the record. */
  readonly text: string;
}

/**
 * Reads `pool.max=24`; the value is YAML, so `[1, 2]` and `{ a: 1 }` work too.
 * @throws {MpBenchError} E_USAGE when it is not `path=value`
 */
export function parseOverride(text: string): Override {
  const cut = text.indexOf('=');
  const path = text.slice(0, Math.max(0, cut)).trim();
  if (cut < 0 || path === '' || path.split('.').includes(''))
    throw new MpBenchError('E_USAGE', `--set ${text}: expected path=value, for example pool.max=24`);
  const written = text.slice(cut + 1).trim();
  try {
    return { path, value: parse(written), text: written };
  } catch (error) {
    throw new MpBenchError('E_USAGE', `--set ${text}: the value is not YAML`, [], { cause: error });
  }
}

export function overridePath(override: Override): Path {
  return override.path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** A copy of `target` with `value` at `path`; sections on the way are made, and what is no section is replaced. */
export function withValue(target: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(target) && typeof key === 'number' && key <= target.length) {
    const copy: unknown[] = [...target];
    copy[key] = withValue(copy[key], rest, value);
    return copy;
  }
  const section = isSection(target) ? target : {};
  const inner = Object.hasOwn(section, String(key)) ? section[String(key)] : undefined;
  return { ...section, [String(key)]: withValue(inner, rest, value) };
}

/** `patch` laid over `base`: sections field by field, everything else (lists too) whole. */
export function merged(base: unknown, patch: unknown): unknown {
  if (!isSection(base) || !isSection(patch)) return patch;
  const names = Object.keys(patch);
  return {
    ...base,
    ...Object.fromEntries(
      names.map((name) => [name, Object.hasOwn(base, name) ? merged(base[name], patch[name]) : patch[name]]),
    ),
  };
}

/** The value at `path`, or undefined. */
export function valueAt(target: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isSection(value) && Object.hasOwn(value, String(key)) ? value[String(key)] : undefined;
  }, target);
}

export function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
