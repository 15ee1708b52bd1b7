import { describe, expect, test } from 'vitest';
import { clocksource, clockResolution, clockStepMs } from '../../src/doctor/clocks.js';
import { frequency, governor, turbo } from '../../src/doctor/frequency.js';
import { machine } from './machines.js';
import { TickingClock } from './ticking-clock.js';

const CPU = '/sys/devices/system/cpu';
const cores = (name: string, ...values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value, core) => [`${CPU}/cpu${core}/cpufreq/${name}`, `${value}\n`]));

test('every check of the clock rate cannot tell where a virtual machine hides it', () => {
  const hidden = machine({ files: { [`${CPU}/online`]: '0-1\n', [`${CPU}/cpu0/topology/core_id`]: '0\n' } });
  for (const check of [governor, turbo, frequency])
    expect(check(hidden)).toMatchObject({
      severity: 'note',
      value: null,
      measured: expect.stringMatching(/^cannot tell/),
    });
});

describe('governor', () => {
  test('is fine only when it is performance on every core', () => {
    expect(governor(machine({ files: cores('scaling_governor', 'performance', 'performance') }))).toMatchObject({
      severity: 'ok',
      measured: 'performance',
    });
    expect(governor(machine({ files: cores('scaling_governor', 'performance', 'powersave') }))).toMatchObject({
      severity: 'warn',
      measured: 'performance, powersave',
    });
  });
});

describe('turbo', () => {
  test.each([
    [{ [`${CPU}/intel_pstate/no_turbo`]: '0\n' }, 'note', 'on'],
    [{ [`${CPU}/intel_pstate/no_turbo`]: '1\n' }, 'ok', 'off'],
    [{ [`${CPU}/cpufreq/boost`]: '1\n' }, 'note', 'on'],
    [{ [`${CPU}/cpufreq/boost`]: '0\n' }, 'ok', 'off'],
  ])('is read from Intel’s file and from that of the others: %j', (files, severity, measured) => {
    expect(turbo(machine({ files }))).toMatchObject({ severity, measured });
  });
});

describe('frequency', () => {
  const limits = (...kHz: readonly string[]) => cores('scaling_max_freq', ...kHz);

  test('warns of the core that is furthest below what it can do, whatever the others can', () => {
    const files = { ...cores('cpuinfo_max_freq', '4800000', '3600000'), ...limits('4800000', '1800000') };
    expect(frequency(machine({ files }))).toMatchObject({
      severity: 'warn',
      value: 1.8,
      unit: 'GHz',
      measured: 'cpu1 limited to 1.80 of 3.60 GHz',
    });
  });

  test('is fine with cores of two kinds, each at its full rate', () => {
    const files = { ...cores('cpuinfo_max_freq', '4800000', '3600000'), ...limits('4800000', '3600000') };
    expect(frequency(machine({ files })).severity).toBe('ok');
  });
});

describe('clocksource', () => {
  const source = (name: string) =>
    machine({ files: { '/sys/devices/system/clocksource/clocksource0/current_clocksource': `${name}\n` } });

  test.each([
    ['tsc', 'ok'],
    ['kvm-clock', 'ok'],
    ['arch_sys_counter', 'ok'],
    ['hpet', 'warn'],
    ['acpi_pm', 'warn'],
  ])('%s is %s', (name, severity) => {
    expect(clocksource(source(name))).toMatchObject({ severity, measured: name });
  });

  test('cannot tell without /sys', () => {
    expect(clocksource(machine()).measured).toMatch(/^cannot tell/);
  });
});

describe('clock-resolution', () => {
  test('is the smallest step that was seen', () => {
    expect(clockStepMs(new TickingClock({ stepsMs: [0, 0.5, 0, 0.25, 2] }), 100)).toBe(0.25);
    expect(clockStepMs(new TickingClock({ stepsMs: [0] }), 100)).toBeNull();
  });

  test.each([
    [0.00004, 'ok', 0.04],
    [0.005, 'ok', 5],
    [0.1, 'warn', 100],
    [1, 'bad', 1000],
  ])('of %d ms is %s', (stepMs, severity, value) => {
    expect(clockResolution(stepMs)).toMatchObject({ severity, value, unit: 'µs' });
  });

  test('cannot tell when the clock stood still', () => {
    expect(clockResolution(null).measured).toMatch(/^cannot tell/);
  });
});
