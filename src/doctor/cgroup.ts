import type { Machine } from './machine.js';

/** The control groups that bound this process in one respect: its own directory first, then those around it. */
export interface Cgroup {
  readonly version: 1 | 2;
  readonly directories: readonly string[];
}

interface Mount {
  /** Which group of the hierarchy is seen at `point`. */
  readonly root: string;
  readonly point: string;
}

/**
 * Where the limits of a controller (`cpu`, `memory`) are to be read; null where this process sees no control groups.
 * A group is bounded by every group around it. cgroups(7), "/proc/[pid]/cgroup" and "mountinfo"; version 1 wins where
 * both are mounted, because a controller that it has is not in the unified hierarchy.
 */
export function cgroupOf({ read }: Machine, controller: string): Cgroup | null {
  const groups = read('/proc/self/cgroup');
  const mounts = read('/proc/self/mountinfo');
  if (groups === null || mounts === null) return null;
  for (const version of [1, 2] as const) {
    const path = pathIn(groups, version, controller);
    const mount = mountOf(mounts, version, controller);
    if (path !== null && mount !== null) return { version, directories: upwards(mount, path) };
  }
  return null;
}

// `<hierarchy>:<controllers>:<path>`; version 2 is hierarchy 0 and names no controllers.
function pathIn(groups: string, version: 1 | 2, controller: string): string | null {
  for (const line of groups.split('\n')) {
    const [, hierarchy, names = '', path = ''] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (hierarchy === undefined) continue;
    if (version === 2 ? hierarchy === '0' && names === '' : names.split(',').includes(controller)) return path;
  }
  return null;
}

// `<id> <parent> <device> <root> <mount point> <options> … - <type> <source> <options of the file system>`
function mountOf(mounts: string, version: 1 | 2, controller: string): Mount | null {
  for (const line of mounts.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [type, , options = ''] = after.split(' ');
    const [, , , root, point] = before.split(' ');
    const fits = version === 2 ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes(controller);
    if (fits && root !== undefined && point !== undefined) return { root, point };
  }
  return null;
}

function upwards({ root, point }: Mount, path: string): string[] {
  // In a container the mount may begin at the container's own group, or the path may lead out of what is seen.
  const inside = root === '/' ? path : path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : '';
  const names = inside.split('/').filter((name) => name !== '');
  if (names.includes('..')) return [point];
  return Array.from({ length: names.length + 1 }, (_, up) => [point, ...names.slice(0, names.length - up)].join('/'));
}
