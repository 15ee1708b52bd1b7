import { describe, expect, test } from 'vitest';
import { battery } from '../../src/doctor/battery.js';
import { nodeFlags, nodeVersion } from '../../src/doctor/node-runtime.js';
import { container, platform, virtualMachine } from '../../src/doctor/surroundings.js';
import { machine, silent } from './machines.js';

describe('platform', () => {
  const kernel = (release: string) => machine({ files: { '/proc/sys/kernel/osrelease': `${release}\n` } });

  test('that gates is Linux, and not the one inside Windows', () => {
    expect(platform(kernel('6.8.0-45-generic')).severity).toBe('ok');
    expect(platform(kernel('5.15.167.4-microsoft-standard-WSL2'))).toMatchObject({
      severity: 'warn',
      measured: expect.stringContaining('WSL'),
    });
    expect(platform(silent())).toMatchObject({ severity: 'warn', measured: 'darwin arm64' });
  });

  test('cannot be told without /proc', () => {
    expect(platform(machine()).measured).toMatch(/^cannot tell/);
  });
});

describe('container', () => {
  const groups = { '/proc/self/cgroup': '0::/\n' };

  test.each([
    [{ ...groups, '/.dockerenv': '' }, {}, '/.dockerenv'],
    [{ ...groups, '/run/.containerenv': 'engine="podman"' }, {}, 'podman'],
    [{ '/proc/self/cgroup': '4:memory:/kubepods/burstable/pod1\n' }, {}, 'control group of kubepods'],
    [groups, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, 'Kubernetes'],
    [groups, { container: 'lxc' }, 'container=lxc'],
  ])('is guessed from %j %j', (files, env, told) => {
    const finding = container(machine({ files, env }));
    expect(finding).toMatchObject({ severity: 'note', measured: expect.stringContaining(told) });
    expect(finding.measured).toContain('are not visible');
  });

  test('is doubted where the processes of the kernel can be seen', () => {
    const files = { ...groups, '/.dockerenv': '', '/proc/2/comm': 'kthreadd\n' };
    expect(container(machine({ files })).measured).toContain('perhaps an image run as a machine');
  });

  test('has left no mark, or nobody can tell', () => {
    expect(container(machine({ files: { ...groups, '/proc/2/comm': 'kthreadd\n' } })).severity).toBe('ok');
    expect(container(machine({ files: { ...groups, '/proc/2/comm': 'node\n' } })).severity).toBe('note');
    for (const one of [machine(), silent()]) expect(container(one).measured).toMatch(/^cannot tell/);
  });
});

describe('virtual-machine', () => {
  const X86 = 'processor\t: 0\nflags\t\t: fpu vme de pse\n';

  test.each([
    [{ '/proc/cpuinfo': 'flags\t\t: fpu hypervisor lahf_lm\n' }, 'CPU flag'],
    [{ '/proc/cpuinfo': X86, '/sys/class/dmi/id/sys_vendor': 'QEMU\n' }, 'QEMU'],
    [{ '/proc/cpuinfo': 'Features\t: fp asimd\n', '/sys/class/dmi/id/sys_vendor': 'Amazon EC2\n' }, 'Amazon EC2'],
    [{ '/proc/cpuinfo': X86, '/sys/hypervisor/type': 'xen\n' }, 'xen'],
    [
      {
        '/proc/cpuinfo': X86,
        '/sys/devices/system/clocksource/clocksource0/available_clocksource': 'tsc kvm-clock\n',
      },
      'kvm-clock',
    ],
  ])('is guessed from %j', (files, told) => {
    expect(virtualMachine(machine({ files }))).toMatchObject({
      severity: 'note',
      measured: expect.stringContaining(told),
    });
  });

  test('is not there where an x86 says so, and another CPU cannot', () => {
    const vendor = { '/sys/class/dmi/id/sys_vendor': 'Dell Inc.\n' };
    expect(virtualMachine(machine({ files: { '/proc/cpuinfo': X86, ...vendor } })).severity).toBe('ok');
    expect(virtualMachine(machine({ files: { '/proc/cpuinfo': 'Features\t: fp\n' } })).measured).toMatch(
      /^cannot tell/,
    );
    expect(virtualMachine(silent()).measured).toMatch(/^cannot tell/);
  });
});

describe('battery', () => {
  const supply = (files: Record<string, string>) =>
    machine({
      files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`/sys/class/power_supply/${name}`, text])),
    });
  const own = { 'BAT0/type': 'Battery\n', 'AC/type': 'Mains\n', 'AC/online': '1\n' };

  test('empties or does not', () => {
    expect(battery(supply({ ...own, 'BAT0/status': 'Discharging\n' })).severity).toBe('warn');
    expect(battery(supply({ ...own, 'BAT0/status': 'Charging\n' }))).toMatchObject({
      severity: 'ok',
      measured: 'plugged in',
    });
  });

  test('of a mouse is none', () => {
    const mouse = { 'hid/type': 'Battery\n', 'hid/scope': 'Device\n', 'hid/status': 'Discharging\n' };
    expect(battery(supply(mouse))).toMatchObject({ severity: 'ok', measured: 'no battery' });
  });

  test('is not there where the list is empty, and cannot be told where there is no list', () => {
    expect(battery(machine({ empty: ['/sys/class/power_supply'] })).severity).toBe('ok');
    expect(battery(machine()).measured).toMatch(/^cannot tell/);
  });
});

describe('node', () => {
  const node = (version: string, execArgv: readonly string[] = [], inspected = false) => ({
    version,
    execArgv,
    inspected,
  });

  test.each([
    ['v18.20.4', 'bad'],
    ['v20.18.3', 'bad'],
    ['v20.19.0', 'ok'],
    ['v22.1.0', 'ok'],
    ['v23.5.0', 'note'],
    ['v24.0.0', 'ok'],
  ])('%s is %s', (version, severity) => {
    expect(nodeVersion(machine({ node: node(version) }))).toMatchObject({ severity, measured: version });
  });

  test.each([
    [{}, 'ok', 'none'],
    [{ NODE_OPTIONS: '' }, 'ok', 'none'],
    [{ NODE_OPTIONS: '--max-old-space-size=4096' }, 'note', 'NODE_OPTIONS=--max-old-space-size=4096'],
    [{ NODE_OPTIONS: '--inspect=0' }, 'warn', 'NODE_OPTIONS=--inspect=0'],
    [{ NODE_OPTIONS: '--cpu-prof' }, 'warn', 'NODE_OPTIONS=--cpu-prof'],
    [{ NODE_OPTIONS: '--inspect-brk' }, 'bad', 'NODE_OPTIONS=--inspect-brk'],
    [{ NODE_V8_COVERAGE: '/tmp/c' }, 'bad', 'NODE_V8_COVERAGE'],
    [{ NODE_DEBUG: 'http' }, 'warn', 'NODE_DEBUG'],
  ])('with the environment %j: %s', (env, severity, measured) => {
    expect(nodeFlags(machine({ env }))).toMatchObject({ severity, measured });
  });

  test('with flags of its own, or a debugger', () => {
    expect(nodeFlags(machine({ node: node('v20.19.0', ['--enable-source-maps']) })).severity).toBe('note');
    expect(nodeFlags(machine({ node: node('v20.19.0', ['--inspect']) })).severity).toBe('warn');
    expect(nodeFlags(machine({ node: node('v20.19.0', [], true) }))).toMatchObject({
      severity: 'warn',
      measured: 'a debugger can attach',
    });
  });

  test('prints nothing that moves the cursor', () => {
    const env = { NODE_OPTIONS: '--title=\u001b[2J\nx' };
    expect(nodeFlags(machine({ env })).measured).toBe('NODE_OPTIONS=--title=?[2J?x');
  });
});
