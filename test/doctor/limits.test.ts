import { describe, expect, test } from 'vitest';
import { disk } from '../../src/doctor/disk.js';
import { hugePages } from '../../src/doctor/huge-pages.js';
import type { Needs } from '../../src/doctor/index.js';
import { memory } from '../../src/doctor/memory.js';
import { openFiles } from '../../src/doctor/open-files.js';
import { acceptQueue, ports, timeWait } from '../../src/doctor/ports.js';
import { swap } from '../../src/doctor/swap.js';
import { machine } from './machines.js';

const NEEDS: Needs = {
  openFiles: { scenario: 'polling', count: 900 },
  dialsAtOnce: { scenario: 'polling', count: 256 },
  dialsAMinute: { scenario: 'burst', count: 11_000 },
};

test('what is not in /proc or /sys cannot be told, and is never called fine', () => {
  const bare = machine();
  const findings = [
    openFiles(bare, NEEDS),
    ports(bare, NEEDS),
    timeWait(bare),
    acceptQueue(bare, NEEDS),
    memory(bare),
    swap(bare),
    hugePages(bare),
    disk(bare, '/tmp/reports'),
  ];
  for (const finding of findings)
    expect(finding).toMatchObject({
      severity: 'note',
      value: null,
      measured: expect.stringMatching(/^cannot tell: ./),
    });
});

describe('open-files', () => {
  const limited = (soft: string, hard: string) =>
    machine({
      files: {
        '/proc/self/limits': `Limit                     Soft Limit           Hard Limit           Units     \nMax processes             96365                96365                processes \nMax open files            ${soft.padEnd(20)} ${hard.padEnd(20)} files     \n`,
      },
    });

  test.each([
    ['256', '256', 'bad', 256],
    ['899', '4096', 'bad', 899],
    ['1024', '4096', 'note', 1024],
    ['20000', '20000', 'ok', 20_000],
    ['unlimited', 'unlimited', 'ok', null],
  ])('of soft %s, hard %s, where 900 are needed: %s', (soft, hard, severity, value) => {
    const finding = openFiles(limited(soft, hard), NEEDS);
    expect(finding).toMatchObject({ severity, value });
    expect(finding.measured).toBe(`soft ${soft}, hard ${hard}; polling needs up to 900`);
  });

  test('are told without needs as well', () => {
    expect(openFiles(limited('256', '256'), null)).toMatchObject({ severity: 'note', measured: 'soft 256, hard 256' });
  });
});

describe('ports', () => {
  const net = (range: string, reuse: string, tw = 0) =>
    machine({
      files: {
        '/proc/sys/net/ipv4/ip_local_port_range': `${range}\n`,
        '/proc/sys/net/ipv4/tcp_tw_reuse': `${reuse}\n`,
        '/proc/net/sockstat': `sockets: used 16\nTCP: inuse 1 orphan 0 tw ${tw} alloc 1 mem 56\nUDP: inuse 0 mem 256\n`,
      },
    });

  test.each([
    ['32768\t60999', '2', 'ok'],
    ['32768\t60999', '1', 'ok'],
    ['32768\t60999', '0', 'warn'],
    ['40000\t49999', '0', 'bad'],
    ['40000\t43999', '2', 'warn'],
    ['40000\t40199', '2', 'bad'],
  ])('%j with tcp_tw_reuse %s are %s for 11,000 dials a minute', (range, reuse, severity) => {
    expect(ports(net(range, reuse), NEEDS).severity).toBe(severity);
  });

  test('name the scenario that dials most', () => {
    expect(ports(net('32768\t60999', '2'), NEEDS)).toMatchObject({
      value: 28_232,
      measured: '28232 ports, tcp_tw_reuse 2; burst dials up to 11000 a minute',
    });
  });

  test.each([
    [100, 'ok'],
    [3000, 'note'],
    [14_200, 'warn'],
  ])('of which %i are in TIME_WAIT: %s', (tw, severity) => {
    expect(timeWait(net('32768\t60999', '2', tw))).toMatchObject({ severity, value: tw });
  });
});

test('the accept queue has room for all that dial at once', () => {
  const queue = (length: number) => machine({ files: { '/proc/sys/net/core/somaxconn': `${length}\n` } });
  expect(acceptQueue(queue(128), NEEDS)).toMatchObject({ severity: 'warn', value: 128 });
  expect(acceptQueue(queue(256), NEEDS).severity).toBe('ok');
  expect(acceptQueue(queue(16), null).severity).toBe('ok');
});

describe('memory', () => {
  const meminfo = (availableMb: number, swapTotalMb = 0, swapFreeMb = 0) =>
    machine({
      files: {
        '/proc/meminfo': `MemTotal:       ${8000 * 1024} kB\nMemFree:          5 kB\nMemAvailable:   ${availableMb * 1024} kB\nSwapCached:            0 kB\nSwapTotal:      ${swapTotalMb * 1024} kB\nSwapFree:       ${swapFreeMb * 1024} kB\n`,
        '/proc/sys/vm/swappiness': '60\n',
      },
    });

  test.each([
    [1200, 'ok'],
    [1199, 'warn'],
    [600, 'warn'],
    [599, 'bad'],
  ])('of %i MB available is %s', (available, severity) => {
    expect(memory(meminfo(available))).toMatchObject({ severity, value: available, unit: 'MB' });
  });

  test('in swap is worth a note, swap space without use is none', () => {
    expect(swap(meminfo(4000))).toMatchObject({ severity: 'ok', measured: 'no swap space' });
    expect(swap(meminfo(4000, 2048, 2048))).toMatchObject({ severity: 'ok', value: 0 });
    expect(swap(meminfo(4000, 2048, 2000))).toMatchObject({
      severity: 'note',
      value: 48,
      measured: '48 of 2048 MB used, swappiness 60',
    });
  });
});

test('huge pages matter when every program gets them', () => {
  const mode = (text: string) => machine({ files: { '/sys/kernel/mm/transparent_hugepage/enabled': text } });
  expect(hugePages(mode('[always] madvise never\n'))).toMatchObject({ severity: 'note', measured: 'always' });
  expect(hugePages(mode('always [madvise] never\n'))).toMatchObject({ severity: 'ok', measured: 'madvise' });
});

describe('disk', () => {
  const MB = 2 ** 20;
  const place = (freeMb: number, writable = true) =>
    machine({ disks: { '/data': { freeBytes: freeMb * MB, writable }, '/': { freeBytes: 1, writable: true } } });

  test.each([
    [700, 'ok'],
    [400, 'warn'],
    [20, 'bad'],
  ])('with %i MB is %s, at the nearest directory that is there', (free, severity) => {
    const finding = disk(place(free), '/data/not/yet');
    expect(finding).toMatchObject({ severity, value: free, measured: `${free} MB free below /data` });
  });

  test('that cannot be written is bad, whatever its room', () => {
    expect(disk(place(9000, false), '/data')).toMatchObject({ severity: 'bad', measured: '/data cannot be written' });
  });
});
