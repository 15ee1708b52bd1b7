import { describe, expect, test } from 'vitest';
import { cgroupOf } from '../../src/doctor/cgroup.js';
import { cpuQuota, throttledPeriods } from '../../src/doctor/cpu-quota.js';
import { memoryLimit } from '../../src/doctor/memory.js';
import { allowedOn, machine } from './machines.js';

const UNIFIED = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n';
const unified = (path: string, files: Record<string, string> = {}) =>
  machine({
    files: {
      ...allowedOn('0-3'),
      '/proc/self/cgroup': `0::${path}\n`,
      '/proc/self/mountinfo': `22 27 0:21 / /proc rw - proc proc rw\n${UNIFIED}`,
      ...files,
    },
  });

describe('control groups', () => {
  test('of version 2 are the own one and all around it', () => {
    expect(cgroupOf(unified('/system.slice/ci.service'), 'cpu')).toEqual({
      version: 2,
      directories: ['/sys/fs/cgroup/system.slice/ci.service', '/sys/fs/cgroup/system.slice', '/sys/fs/cgroup'],
    });
  });

  test('of version 1 have a mount a controller, and win over an empty version 2 beside them', () => {
    const hybrid = machine({
      files: {
        '/proc/self/cgroup': '5:memory:/job\n4:cpu,cpuacct:/job/7\n0::/\n',
        '/proc/self/mountinfo': [
          '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct',
          '33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
          '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
        ].join('\n'),
      },
    });
    expect(cgroupOf(hybrid, 'cpu')).toEqual({
      version: 1,
      directories: ['/sys/fs/cgroup/cpu,cpuacct/job/7', '/sys/fs/cgroup/cpu,cpuacct/job', '/sys/fs/cgroup/cpu,cpuacct'],
    });
    expect(cgroupOf(hybrid, 'memory')?.directories).toHaveLength(2);
  });

  test('of a container begin where its mount does', () => {
    const container = machine({
      files: {
        '/proc/self/cgroup': '4:memory:/docker/abc/inner\n',
        '/proc/self/mountinfo': '33 31 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
      },
    });
    expect(cgroupOf(container, 'memory')?.directories).toEqual([
      '/sys/fs/cgroup/memory/inner',
      '/sys/fs/cgroup/memory',
    ]);
  });

  test('outside of what is seen are those of the mount', () => {
    expect(cgroupOf(unified('/../../other'), 'cpu')?.directories).toEqual(['/sys/fs/cgroup']);
  });

  test('are not there without their files', () => {
    expect(cgroupOf(machine(), 'cpu')).toBeNull();
    expect(
      cgroupOf(machine({ files: { '/proc/self/cgroup': '0::/\n', '/proc/self/mountinfo': '' } }), 'cpu'),
    ).toBeNull();
  });
});

describe('cpu-quota', () => {
  test('is the least of the own group and all around it', () => {
    const bounded = unified('/a/b', {
      '/sys/fs/cgroup/a/b/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/a/cpu.max': '250000 100000\n',
    });
    expect(cpuQuota(bounded)).toMatchObject({ severity: 'warn', value: 2.5, measured: "2.5 cores' time for 4 cores" });
  });

  test.each([
    ['max 100000', 'ok', null],
    ['400000 100000', 'ok', 4],
    ['399000 100000', 'warn', 3.99],
    ['200000 100000', 'warn', 2],
    ['150000 100000', 'bad', 1.5],
    ['5000 10000', 'bad', 0.5],
  ])('of %s for four cores is %s', (text, severity, value) => {
    expect(cpuQuota(unified('/', { '/sys/fs/cgroup/cpu.max': `${text}\n` }))).toMatchObject({ severity, value });
  });

  test('of version 1 is in two files, −1 for none', () => {
    const old = (quota: string) =>
      machine({
        files: {
          ...allowedOn('0-1'),
          '/proc/self/cgroup': '1:cpu:/\n',
          '/proc/self/mountinfo': '32 31 0:29 / /cpu rw - cgroup cgroup rw,cpu\n',
          '/cpu/cpu.cfs_quota_us': `${quota}\n`,
          '/cpu/cpu.cfs_period_us': '100000\n',
        },
      });
    expect(cpuQuota(old('-1'))).toMatchObject({ severity: 'ok', measured: 'no limit' });
    expect(cpuQuota(old('120000'))).toMatchObject({ severity: 'bad', value: 1.2 });
  });

  test('cannot tell where no group is visible', () => {
    expect(cpuQuota(machine())).toMatchObject({ severity: 'note', measured: expect.stringMatching(/^cannot tell/) });
  });

  test('counts the periods in which it stopped somebody', () => {
    const stat = 'usage_usec 5\nnr_periods 90\nnr_throttled 12\nthrottled_usec 4\n';
    expect(throttledPeriods(unified('/a', { '/sys/fs/cgroup/a/cpu.stat': stat }))).toBe(12);
    expect(throttledPeriods(unified('/a'))).toBeNull();
    expect(throttledPeriods(machine())).toBeNull();
  });
});

describe('memory-limit', () => {
  const MB = 2 ** 20;
  const limited = (limitMb: number, usedMb: number, droppableMb: number) =>
    unified('/job', {
      '/sys/fs/cgroup/job/memory.max': `${limitMb * MB}\n`,
      '/sys/fs/cgroup/job/memory.current': `${usedMb * MB}\n`,
      '/sys/fs/cgroup/job/memory.stat': `anon 1\ninactive_file ${droppableMb * MB}\nactive_file 2\n`,
    });

  test.each([
    [4000, 1000, 0, 3000, 'ok'],
    [2048, 1000, 0, 1048, 'warn'],
    [2048, 1900, 0, 148, 'bad'],
    [2048, 1900, 1800, 1948, 'ok'],
  ])('of %i MB with %i used, %i of it droppable, leaves %i: %s', (limit, used, droppable, left, severity) => {
    expect(memoryLimit(limited(limit, used, droppable))).toMatchObject({ severity, value: left });
  });

  test('is none when the group says max, or a number beyond any memory', () => {
    const max = { '/sys/fs/cgroup/job/memory.max': 'max\n', '/sys/fs/cgroup/job/memory.current': '5\n' };
    expect(memoryLimit(unified('/job', max))).toMatchObject({ severity: 'ok', measured: 'no limit' });
    const old = machine({
      files: {
        '/proc/self/cgroup': '1:memory:/\n',
        '/proc/self/mountinfo': '32 31 0:29 / /memory rw - cgroup cgroup rw,memory\n',
        '/memory/memory.limit_in_bytes': '9223372036854771712\n',
        '/memory/memory.usage_in_bytes': '377081856\n',
      },
    });
    expect(memoryLimit(old)).toMatchObject({ severity: 'ok', measured: 'no limit' });
  });

  test('is the tightest of all around, not the own alone', () => {
    const nested = unified('/a/b', {
      '/sys/fs/cgroup/a/b/memory.max': `${8000 * MB}\n`,
      '/sys/fs/cgroup/a/b/memory.current': `${100 * MB}\n`,
      '/sys/fs/cgroup/a/memory.max': `${1000 * MB}\n`,
      '/sys/fs/cgroup/a/memory.current': `${700 * MB}\n`,
    });
    expect(memoryLimit(nested)).toMatchObject({ severity: 'bad', value: 300, measured: '300 of 1000 MB left' });
  });
});
