import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.js';
import {
  type Finding,
  examine,
  examineQuickly,
  type Machine,
  thisMachine,
  watch,
  worstOf,
} from '../../src/doctor/index.js';
import { standing } from '../../src/doctor/standing.js';
import { ROOT } from '../imports.js';
import { machine, silent } from './machines.js';
import { TickingClock } from './ticking-clock.js';

const WATCHED = ['other-load', 'steal', 'throttling', 'swapping'];
const idsOf = (findings: readonly Finding[]): string[] => findings.map(({ id }) => id);
const options = (one: Machine) => ({ machine: one, clock: systemClock, needs: null, out: 'reports' });

function wellFormed({ id, severity, value, unit, measured, effect, remedy }: Finding): boolean {
  const said = severity === 'ok' ? effect === '' && remedy === '' : effect !== '' && remedy !== '';
  const number = value === null ? unit === '' : Number.isFinite(value);
  const unknown = !measured.startsWith('cannot tell') || (severity === 'note' && value === null);
  return /^[a-z0-9-]+$/.test(id) && measured !== '' && !/\n/.test(remedy) && said && number && unknown;
}

describe('the examination', () => {
  test('is documented, check by check, in its order', async () => {
    const clock = new TickingClock({ stepsMs: [0.001] });
    const findings = await examine({ ...options(machine()), clock });
    const page = readFileSync(join(ROOT, 'docs/doctor.md'), 'utf8');
    const documented = Array.from(page.matchAll(/^\| `([a-z0-9-]+)` \|/gm), (match) => match[1]);
    expect(idsOf(findings)).toEqual(documented);
    expect(new Set(documented).size).toBe(documented.length);
  });

  test('of a machine that tells nothing calls fine only what was tried', async () => {
    const findings = await examineQuickly(options(silent()));
    const fine = findings.filter(({ severity }) => severity === 'ok').map(({ id }) => id);
    const tried = ['cores', 'node-version', 'node-flags', 'clock-resolution', 'timers', 'event-loop-turn'];
    const reached = ['loopback', 'loopback-addresses', 'loopback-v6'];
    expect(fine.filter((id) => ![...tried, ...reached].includes(id))).toEqual([]);
    for (const finding of watch(silent())())
      expect(finding).toMatchObject({ severity: 'note', measured: expect.stringMatching(/^cannot tell/) });
  });

  test('of this machine is whole and well-formed, and without watching the same without what is watched', async () => {
    const here = thisMachine(process.env);
    const whole = await examine(options(here));
    expect(whole.filter((finding) => !wellFormed(finding))).toEqual([]);
    const quick = idsOf(await examineQuickly(options(here)));
    expect(idsOf(whole)).toEqual([...quick, ...WATCHED, 'stall']);
  });

  test.runIf(process.platform === 'linux')('sees the steal, the processes and the limits of a real Linux', async () => {
    const here = thisMachine(process.env);
    const findings = [...(await examineQuickly(options(here))), ...watch(here)()];
    const told = (id: string): string => findings.find((one) => one.id === id)?.measured ?? '';
    expect(told('open-files')).toMatch(/^soft (\d+|unlimited), hard (\d+|unlimited)$/);
    expect(told('cores')).toMatch(/^\d+ usable of \d+$/);
    expect(told('memory')).toMatch(/^\d+ of \d+ MB available$/);
    expect(told('disk')).toMatch(/^\d+ MB free below \//);
  });

  test('never throws, whatever the files hold', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '',
        '\n',
        'max\n',
        '-1',
        '0',
        '0-',
        'cpu0 1 2',
        '100 (a) b) S 1',
        '4:cpu:/..',
        'a - cgroup x cpu',
      ),
    );
    const paths = [
      '/proc/self/status',
      '/proc/self/cgroup',
      '/proc/self/mountinfo',
      '/proc/self/limits',
      '/proc/stat',
      '/proc/100/stat',
      '/proc/meminfo',
      '/proc/vmstat',
      '/proc/net/sockstat',
      '/proc/sys/net/ipv4/ip_local_port_range',
      '/proc/sys/net/ipv4/tcp_tw_reuse',
      '/proc/cpuinfo',
      '/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq',
      '/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq',
      '/sys/fs/cgroup/cpu.max',
    ];
    const files = fc.record(Object.fromEntries(paths.map((path) => [path, text])), { requiredKeys: [] });
    fc.assert(
      fc.property(files, files, (now, later) => {
        let current: Readonly<Record<string, string>> = now as Record<string, string>;
        const changing: Machine = {
          ...machine(),
          read: (path) => current[path] ?? null,
          list: (path) => machine({ files: current }).list(path),
        };
        const tell = watch(changing);
        const still = standing(changing, null, '/');
        current = later as Record<string, string>;
        expect([...still, ...tell()].filter((finding) => !wellFormed(finding))).toEqual([]);
      }),
    );
  });
});

test('the worst of several findings is the gravest', () => {
  expect(worstOf([])).toBe('ok');
  expect(worstOf([{ severity: 'note' }, { severity: 'bad' }, { severity: 'warn' }])).toBe('bad');
  expect(worstOf([{ severity: 'ok' }, { severity: 'note' }])).toBe('note');
});
