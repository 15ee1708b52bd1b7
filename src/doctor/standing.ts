import { battery } from './battery.js';
import { clocksource } from './clocks.js';
import { coreSiblings, cores, pinning } from './cores.js';
import { cpuQuota } from './cpu-quota.js';
import { disk } from './disk.js';
import type { Finding } from './finding.js';
import { frequency, governor, turbo } from './frequency.js';
import { loadAverage } from './load-average.js';
import type { Machine } from './machine.js';
import { hugePages } from './huge-pages.js';
import { memory, memoryLimit } from './memory.js';
import type { Needs } from './needs.js';
import { nodeFlags, nodeVersion } from './node-runtime.js';
import { openFiles } from './open-files.js';
import { acceptQueue, ports, timeWait } from './ports.js';
import { swap } from './swap.js';
import { container, platform, virtualMachine } from './surroundings.js';

/** What can be read off the machine as it stands, without trying or watching anything. */
export function standing(machine: Machine, needs: Needs | null, out: string): readonly Finding[] {
  return [
    platform(machine),
    cores(machine),
    pinning(machine),
    coreSiblings(machine),
    cpuQuota(machine),
    loadAverage(machine),
    governor(machine),
    turbo(machine),
    frequency(machine),
    clocksource(machine),
    openFiles(machine, needs),
    ports(machine, needs),
    timeWait(machine),
    acceptQueue(machine, needs),
    memory(machine),
    memoryLimit(machine),
    swap(machine),
    hugePages(machine),
    container(machine),
    virtualMachine(machine),
    battery(machine),
    nodeVersion(machine),
    nodeFlags(machine),
    disk(machine, out),
  ];
}
