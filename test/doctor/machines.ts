import type { Machine } from '../../src/doctor/index.js';

/** What a made-up machine differs in; `files` by path, directories follow from them. */
export interface Made extends Partial<Omit<Machine, 'read' | 'list' | 'disk'>> {
  readonly files?: Readonly<Record<string, string>>;
  /** Directories that are there and empty. */
  readonly empty?: readonly string[];
  readonly disks?: Readonly<Record<string, { readonly freeBytes: number; readonly writable: boolean }>>;
}

/** A Linux machine of two usable cores whose files are those given, and no others. */
export function machine({ files = {}, empty = [], disks = {}, ...rest }: Made = {}): Machine {
  return {
    platform: 'linux',
    arch: 'x64',
    pid: 100,
    env: {},
    node: { version: 'v20.19.0', execArgv: [], inspected: false },
    cores: { present: 2, available: 2 },
    pinnable: [0, 1],
    loadAverage: [0, 0, 0],
    read: (path) => files[path] ?? null,
    list: (path) => {
      const below = Object.keys(files)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1).split('/')[0] ?? '');
      return below.length > 0 || empty.includes(path) ? [...new Set(below)] : null;
    },
    disk: (path) => disks[path] ?? null,
    ...rest,
  };
}

/** A machine that tells as little as possible: no /proc, no /sys, nothing to pin with. */
export const silent = (): Machine =>
  machine({ platform: 'darwin', arch: 'arm64', pinnable: [], loadAverage: null, cores: { present: 8, available: 8 } });

/** `/proc/self/status` of a process that may run on these cores. */
export const allowedOn = (list: string): Record<string, string> => ({
  '/proc/self/status': `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\nThreads:\t11\n`,
});
