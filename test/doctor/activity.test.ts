import { describe, expect, test } from 'vitest';
import { activityOf } from '../../src/doctor/activity.js';
import { loadAverage } from '../../src/doctor/load-average.js';
import { otherLoad } from '../../src/doctor/other-load.js';
import { steal } from '../../src/doctor/steal.js';
import { swapping } from '../../src/doctor/swap.js';
import { throttling } from '../../src/doctor/throttling.js';
import { allowedOn, machine } from './machines.js';

interface Task {
  readonly name?: string;
  readonly parent?: number;
  readonly ticks: number;
  readonly childTicks?: number;
  /** Where it ran last. */
  readonly core?: number;
}

/** The counters of a machine with two usable cores of three; ticks of 10 ms. */
interface Counters {
  /** user, system, idle and steal of each usable core. */
  readonly core?: readonly [user: number, system: number, idle: number, stolen: number];
  readonly tasks?: Readonly<Record<number, Task>>;
  readonly swapped?: number;
}

function activity({ core = [0, 0, 0, 0], tasks = {}, swapped = 0 }: Counters) {
  const [user, system, idle, stolen] = core;
  const line = `${user} 0 ${system} ${idle} 0 0 0 ${stolen} 0 0`;
  const stats = Object.entries(tasks).map(([pid, { name = 'task', parent = 1, ticks, childTicks = 0, core = 0 }]) => [
    `/proc/${pid}/stat`,
    `${pid} (${name}) S ${parent} 1 1 0 -1 4194560 5 5 0 0 ${ticks} 0 ${childTicks} 0 20 0 1 0 99 ${'0 '.repeat(16)}${core} 0 0\n`,
  ]);
  return activityOf(
    machine({
      files: {
        ...allowedOn('0-1'),
        '/proc/stat': `cpu  1 2 3 4\ncpu0 ${line}\ncpu1 ${line}\ncpu2 900000 0 0 5 0 0 0 70000 0 0\nintr 5\n`,
        '/proc/vmstat': `pgpgin 7\npswpin ${swapped}\npswpout ${2 * swapped}\n`,
        ...Object.fromEntries(stats),
      },
    }),
  );
}

const nothing = activityOf(machine());

describe('steal', () => {
  test.each([
    [0, 'ok', 0],
    [1, 'note', 0.5],
    [2, 'warn', 1],
    [12, 'bad', 6],
  ])('of %i ticks in 200 is %s, whatever other cores lose', (stolen, severity, value) => {
    const before = activity({ core: [500, 100, 4000, 77] });
    const after = activity({ core: [550, 120, 4130 - stolen, 77 + stolen] });
    const finding = steal(before, after);
    expect(finding).toMatchObject({ severity, value });
    expect(finding.measured).toContain("of 4.0 s of the usable cores' time");
  });

  test('cannot tell without counters, and not in no time', () => {
    expect(steal(nothing, nothing).measured).toMatch(/^cannot tell/);
    expect(steal(activity({}), activity({})).measured).toMatch(/^cannot tell/);
  });
});

describe('other-load', () => {
  const before = activity({ tasks: { 100: { ticks: 50 }, 7: { name: 'kswapd0', ticks: 9 }, 8: { ticks: 5 } } });

  test('names who was at work, busiest first, and leaves out our own family', () => {
    const after = activity({
      core: [40, 10, 50, 0],
      tasks: {
        100: { ticks: 60, childTicks: 20 },
        101: { name: 'arm', parent: 100, ticks: 20 },
        102: { name: 'grandchild', parent: 101, ticks: 10 },
        7: { name: 'kswapd0', ticks: 13 },
        8: { ticks: 5 },
        9: { name: 'tsc (old) build', ticks: 36 },
      },
    });
    // 100 ticks of work: 60 ours (10 + 20 of ended children, 20, 10), 40 others'.
    expect(otherLoad(before, after, machine())).toMatchObject({
      severity: 'warn',
      value: 20,
      measured: "20.0 % of the usable cores' time: tsc (old) build (9) 18.0 %, kswapd0 (7) 2.0 %",
    });
  });

  test('calls an interpreter by what it runs, and keeps its other arguments to itself', () => {
    const cmdline = (text: string) => machine({ files: { '/proc/9/cmdline': text } });
    const named = (name: string, text: string): string => {
      const after = activity({ core: [50, 0, 50, 0], tasks: { 100: { ticks: 130 }, 9: { name, ticks: 20 } } });
      return otherLoad(before, after, cmdline(text)).measured.split(': ')[1] ?? '';
    };
    expect(named('node', '/usr/bin/node\0/srv/secret/build.mjs\0--token=abc\0')).toBe('node build.mjs (9) 10.0 %');
    expect(named('python3', 'python3\0-c\0print(1)\0')).toBe('python3 (9) 10.0 %');
    expect(named('postgres', 'postgres\0mydb\0')).toBe('postgres (9) 10.0 %');
    expect(named('node', 'node (vitest 1)')).toBe('node (9) 10.0 %');
  });

  test('counts work of those that nobody sees', () => {
    const after = activity({ core: [60, 0, 40, 0], tasks: { 100: { ticks: 60 } } });
    expect(otherLoad(before, after, machine())).toMatchObject({
      severity: 'bad',
      value: 55,
      measured: "55.0 % of the usable cores' time",
    });
  });

  test('counts work that fell between two ticks of the kernel', () => {
    const after = activity({ core: [0, 0, 100, 0], tasks: { 100: { ticks: 50 }, 8: { name: 'x', ticks: 45 } } });
    expect(otherLoad(before, after, machine())).toMatchObject({ severity: 'warn', value: 20 });
  });

  test('leaves out those on cores that we may not use', () => {
    const after = activity({ core: [0, 0, 100, 0], tasks: { 100: { ticks: 50 }, 8: { ticks: 95, core: 2 } } });
    expect(otherLoad(before, after, machine())).toMatchObject({ severity: 'ok', value: 0 });
  });

  test('takes a smaller count under an old id for a new process', () => {
    const after = activity({ core: [10, 0, 90, 0], tasks: { 100: { ticks: 50 }, 7: { name: 'new', ticks: 4 } } });
    expect(otherLoad(before, after, machine()).measured).toContain('new (7) 2.0 %');
  });

  test('is nothing on a machine of our own', () => {
    const after = activity({ core: [30, 10, 60, 0], tasks: { 100: { ticks: 130 } } });
    expect(otherLoad(before, after, machine())).toMatchObject({ severity: 'ok', value: 0 });
  });

  test('cannot tell without /proc', () => {
    expect(otherLoad(nothing, nothing, machine()).measured).toMatch(/^cannot tell/);
  });
});

describe('swapping', () => {
  test('is bad from the first page', () => {
    expect(swapping(activity({ swapped: 5 }), activity({ swapped: 5 }))).toMatchObject({ severity: 'ok', value: 0 });
    expect(swapping(activity({ swapped: 5 }), activity({ swapped: 6 }))).toMatchObject({ severity: 'bad', value: 3 });
    expect(swapping(nothing, nothing).measured).toMatch(/^cannot tell/);
  });
});

describe('throttling', () => {
  const at = (throttledPeriods: number | null) => ({ ...nothing, throttledPeriods });

  test('is bad from the first period', () => {
    expect(throttling(at(4), at(4))).toMatchObject({ severity: 'ok', value: 0 });
    expect(throttling(at(4), at(6))).toMatchObject({ severity: 'bad', value: 2 });
    expect(throttling(at(null), at(6)).measured).toMatch(/^cannot tell/);
  });
});

describe('load-average', () => {
  test.each([
    [0.4, 'ok'],
    [1, 'note'],
    [2.3, 'warn'],
  ])('of %d for two cores is %s', (minute, severity) => {
    const finding = loadAverage(machine({ files: allowedOn('2,5'), loadAverage: [minute, 0.5, 0.1] }));
    expect(finding).toMatchObject({ severity, value: minute });
  });

  test('cannot tell where the system keeps none', () => {
    expect(loadAverage(machine({ loadAverage: null })).measured).toMatch(/^cannot tell/);
  });
});
