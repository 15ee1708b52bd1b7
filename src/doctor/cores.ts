import { coreList, usableCores } from './core-list.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';
import { marksOfHypervisor } from './surroundings.js';

const CORES: Subject = {
  id: 'cores',
  unit: 'cores',
  effect: 'exchange, client and everything else share cores, so each one’s work is part of the other’s latency',
  remedy: 'give it 3 cores or more (taskset, --cpus, cpuset), and keep the others quiet',
};

/** How many cores this process may use, of how many there are. */
export function cores(machine: Machine): Finding {
  const usable = usableCores(machine)?.length ?? machine.cores.available;
  const measured = `${usable} usable of ${machine.cores.present}`;
  return found(CORES, usable < 2 ? 'bad' : usable < 3 ? 'note' : 'ok', usable, measured);
}

const PINNING: Subject = {
  id: 'pinning',
  unit: '',
  effect: 'exchange and arms wander between cores and onto each other’s: every timing gets wider intervals',
  remedy: 'Linux with taskset (package util-linux) and two usable cores',
};

/** Whether exchange and arms can be tied to cores of their own. */
export function pinning({ pinnable }: Machine): Finding {
  const [exchange, arm] = pinnable;
  if (exchange === undefined) return found(PINNING, 'warn', null, 'nothing can be pinned: no taskset');
  if (arm === undefined) return found(PINNING, 'warn', null, `only core ${exchange} can be pinned to`);
  return found(PINNING, 'ok', null, `exchange on core ${exchange}, arms on ${arm}`);
}

const SIBLINGS: Subject = {
  id: 'core-siblings',
  unit: '',
  effect: 'the exchange’s work slows the client down on the same physical core: latency and CPU an operation',
  remedy: 'taskset -c with cores of different thread_siblings_list, or switch SMT off',
};

/** Whether the two pinned cores are two physical ones. */
export function coreSiblings(machine: Machine): Finding {
  const [exchange, arm] = machine.pinnable;
  if (exchange === undefined || arm === undefined) return cannotTell(SIBLINGS, 'nothing is pinned');
  const list = machine.read(`/sys/devices/system/cpu/cpu${exchange}/topology/thread_siblings_list`);
  if (list === null) return cannotTell(SIBLINGS, 'the topology is not in /sys');
  if (coreList(list).includes(arm))
    return found(SIBLINGS, 'warn', null, `cores ${exchange} and ${arm} are threads of one physical core`);
  // A hypervisor shows whatever topology it likes.
  if (marksOfHypervisor(machine).length > 0)
    return cannotTell(SIBLINGS, `/sys shows ${exchange} and ${arm} as two cores, in a virtual machine`);
  return found(SIBLINGS, 'ok', null, `${exchange} and ${arm} are two physical cores`);
}
