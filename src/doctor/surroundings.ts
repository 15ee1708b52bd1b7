import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

const PLATFORM: Subject = {
  id: 'platform',
  unit: '',
  effect: 'no cores to pin to, no 127.0.0.N, no /proc: timings are wider, and doctor cannot tell most things',
  remedy: 'gate on Linux; elsewhere take the counts, and the timings as a hint',
};

/** Linux is the platform that gates. */
export function platform({ platform: name, arch, read }: Machine): Finding {
  if (name !== 'linux') return found(PLATFORM, 'warn', null, `${name} ${arch}`);
  const kernel = read('/proc/sys/kernel/osrelease')?.trim();
  if (kernel === undefined) return cannotTell(PLATFORM, 'Linux without /proc');
  const windows = /microsoft|wsl/i.test(kernel);
  return found(PLATFORM, windows ? 'warn' : 'ok', null, `${name} ${arch}, kernel ${kernel}${windows ? ' (WSL)' : ''}`);
}

const CONTAINER: Subject = {
  id: 'container',
  unit: '',
  effect: 'limits apply that the machine’s own figures do not show, and neighbours load the same cores unseen',
  remedy: 'see cpu-quota and memory-limit; other-load counts work of others on the usable cores',
};

const RUNTIMES = /docker|kubepods|containerd|libpod|crio|lxc|garden/;

/** Marks that container runtimes leave. A mark is a hint; without any there may be a container all the same. */
export function container({ platform: name, env, read }: Machine): Finding {
  if (name !== 'linux') return cannotTell(CONTAINER, 'marks are known on Linux alone');
  const groups = read('/proc/self/cgroup');
  if (groups === null) return cannotTell(CONTAINER, 'no /proc/self/cgroup');
  const marks = [
    ...(read('/.dockerenv') === null ? [] : ['/.dockerenv']),
    ...(read('/run/.containerenv') === null ? [] : ['/run/.containerenv (podman)']),
    ...(env['KUBERNETES_SERVICE_HOST'] ? ['KUBERNETES_SERVICE_HOST (Kubernetes)'] : []),
    ...(env['container'] ? [`container=${env['container']}`] : []),
    ...(RUNTIMES.exec(groups) ?? []).map((runtime) => `control group of ${runtime}`),
  ];
  // Only those who share the machine's process ids see the kernel's own.
  const shared = read('/proc/2/comm')?.trim() === 'kthreadd';
  if (marks.length === 0 && shared) return found(CONTAINER, 'ok', null, 'no mark of one');
  const ids = shared
    ? 'but the kernel’s own processes are visible: perhaps an image run as a machine'
    : 'the kernel’s own processes are not visible';
  return found(CONTAINER, 'note', null, `marks of one: ${[...marks, ids].join(', ')}`);
}

const VIRTUAL: Subject = {
  id: 'virtual-machine',
  unit: '',
  effect: 'neighbours and the hypervisor cause stalls that nothing here can see but steal; clock rates are hidden',
  remedy: 'nothing to do; watch steal, and compare arms of one run',
};

const VENDORS =
  /QEMU|KVM|VMware|VirtualBox|innotek|Xen|Amazon EC2|Google Compute|Microsoft Corporation|OpenStack|Parallels/i;

/** Whether a hypervisor has left marks. */
export function virtualMachine(machine: Machine): Finding {
  const cpu = machine.read('/proc/cpuinfo');
  if (machine.platform !== 'linux' || cpu === null) return cannotTell(VIRTUAL, 'no /proc/cpuinfo');
  const marks = marksOfHypervisor(machine);
  if (marks.length > 0) return found(VIRTUAL, 'note', null, `marks of one: ${marks.join(', ')}`);
  // Only x86 has a flag that a hypervisor sets.
  if (!/^flags\s*:/m.test(cpu)) return cannotTell(VIRTUAL, 'no mark of one, and this CPU has no flag for it');
  return found(VIRTUAL, 'ok', null, 'no mark of one');
}

/** Marks that hypervisors leave, each in words; none is no proof that there is no hypervisor. */
export function marksOfHypervisor({ read }: Machine): readonly string[] {
  const flagged = /^flags\s*:.*\bhypervisor\b/m.test(read('/proc/cpuinfo') ?? '');
  const maker = ['sys_vendor', 'product_name'].map((file) => read(`/sys/class/dmi/id/${file}`)?.trim() ?? '').join(' ');
  const kvmClock = /\bkvm-clock\b/.test(read(CLOCK_SOURCES) ?? '');
  const xen = read('/sys/hypervisor/type')?.trim();
  return [
    ...(flagged ? ['CPU flag hypervisor'] : []),
    ...(VENDORS.test(maker) ? [maker.trim()] : []),
    ...(kvmClock ? ['clock source kvm-clock'] : []),
    ...(xen === undefined ? [] : [`/sys/hypervisor/type ${xen}`]),
  ];
}

const CLOCK_SOURCES = '/sys/devices/system/clocksource/clocksource0/available_clocksource';
