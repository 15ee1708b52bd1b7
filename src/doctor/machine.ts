import { accessSync, constants, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { url } from 'node:inspector';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { allowedCores } from '../base/index.js';

/** Node as it was started. */
export interface NodeFacts {
  /** As `v20.19.0`. */
  readonly version: string;
  readonly execArgv: readonly string[];
  /** A debugger can attach, or has. */
  readonly inspected: boolean;
}

/** All that the checks may ask of the machine; tests make machines up. Nothing here throws. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly pid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly node: NodeFacts;
  /** Cores of the whole machine, and those that the operating system gives this process. */
  readonly cores: { readonly present: number; readonly available: number };
  /** Cores that processes can be pinned to; none where that is not possible. */
  readonly pinnable: readonly number[];
  /** Means of 1, 5 and 15 minutes; null where the system keeps none. */
  readonly loadAverage: readonly number[] | null;
  /** A file's text; null when it is not there or cannot be read. */
  readonly read: (path: string) => string | null;
  /** A directory's names; null when it is not there or cannot be read. */
  readonly list: (path: string) => readonly string[] | null;
  /** Space left to this user where `path` lies; null when there is no such path. */
  readonly disk: (path: string) => DiskFacts | null;
}

export interface DiskFacts {
  readonly freeBytes: number;
  readonly writable: boolean;
}

/** The machine that this process runs on. */
export function thisMachine(env: Machine['env']): Machine {
  const { platform, arch, pid, version, execArgv } = process;
  return {
    platform,
    arch,
    pid,
    env,
    node: { version, execArgv, inspected: url() !== undefined },
    cores: { present: cpus().length, available: availableParallelism() },
    pinnable: allowedCores(),
    // Windows has no such thing, and node says zero.
    loadAverage: platform === 'win32' ? null : loadavg(),
    read: (path) => orNull(() => readFileSync(path, 'utf8')),
    list: (path) => orNull(() => readdirSync(path)),
    disk: (path) =>
      orNull(() => {
        const { bavail, bsize } = statfsSync(path);
        return { freeBytes: bavail * bsize, writable: isWritable(path) };
      }),
  };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function orNull<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}
