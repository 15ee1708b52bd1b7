import { describe, expect, test } from 'vitest';
import { coreList } from '../../src/doctor/core-list.js';
import { coreSiblings, cores, pinning } from '../../src/doctor/cores.js';
import { allowedOn, machine } from './machines.js';

test('lists of cores are read as the kernel writes them', () => {
  expect(coreList('0-3,8,10-11\n')).toEqual([0, 1, 2, 3, 8, 10, 11]);
  expect(coreList('5')).toEqual([5]);
  expect(coreList('\n')).toEqual([]);
});

describe('cores', () => {
  test.each([
    ['0', 1, 'bad'],
    ['4,6', 2, 'note'],
    ['0-2', 3, 'ok'],
  ])('on %s of eight: %i usable, %s', (list, usable, severity) => {
    const eight = machine({ files: allowedOn(list), cores: { present: 8, available: 8 } });
    expect(cores(eight)).toMatchObject({ severity, value: usable, measured: `${usable} usable of 8` });
  });

  test('are counted by node where no affinity can be read', () => {
    const mac = machine({ platform: 'darwin', cores: { present: 10, available: 10 } });
    expect(cores(mac)).toMatchObject({ severity: 'ok', value: 10 });
  });
});

describe('pinning', () => {
  test('takes taskset and two cores', () => {
    expect(pinning(machine({ pinnable: [] })).severity).toBe('warn');
    expect(pinning(machine({ pinnable: [3] }))).toMatchObject({
      severity: 'warn',
      measured: expect.stringContaining('core 3'),
    });
    expect(pinning(machine({ pinnable: [2, 5, 6] }))).toMatchObject({
      severity: 'ok',
      measured: 'exchange on core 2, arms on 5',
    });
  });
});

describe('core-siblings', () => {
  const siblings = (list: string): Record<string, string> => ({
    '/sys/devices/system/cpu/cpu0/topology/thread_siblings_list': `${list}\n`,
  });

  test('warns of two threads of one physical core', () => {
    expect(coreSiblings(machine({ files: siblings('0-1') })).severity).toBe('warn');
    expect(coreSiblings(machine({ files: siblings('0,4') })).severity).toBe('ok');
  });

  test('takes no hypervisor’s word for two cores, but does for one', () => {
    const virtual = { '/proc/cpuinfo': 'flags\t\t: fpu hypervisor sse\n' };
    const finding = coreSiblings(machine({ files: { ...siblings('0'), ...virtual } }));
    expect(finding).toMatchObject({ severity: 'note', measured: expect.stringMatching(/^cannot tell/) });
    expect(coreSiblings(machine({ files: { ...siblings('0-1'), ...virtual } })).severity).toBe('warn');
  });

  test('cannot tell without a topology, nor without two cores', () => {
    for (const one of [machine(), machine({ pinnable: [0], files: siblings('0-1') })])
      expect(coreSiblings(one).measured).toMatch(/^cannot tell/);
  });
});
