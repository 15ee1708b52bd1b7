import { cannotTell, type Finding, found, type Severity, type Subject } from './finding.js';
import type { Machine } from './machine.js';
import type { Needs } from './needs.js';

const PORTS: Subject = {
  id: 'ports',
  unit: 'ports',
  effect: 'dials fail (EADDRNOTAVAIL) or look long for a free port: the unpooled arms get slower than they are',
  remedy: 'sysctl net.ipv4.ip_local_port_range="1024 65535" net.ipv4.tcp_tw_reuse=2',
};

/** A range this small is worth a warning, whatever is planned. */
const FEW = 5000;

/**
 * Whether the ports for outgoing connections last. The side that closes first keeps its port for 60 s (TIME_WAIT);
 * tcp_tw_reuse (1: everywhere, 2: on loopback) lets the kernel use it again after a second. ip-sysctl in the kernel's
 * documentation.
 */
export function ports(machine: Machine, needs: Needs | null): Finding {
  const size = rangeOf(machine);
  const reuse = machine.read('/proc/sys/net/ipv4/tcp_tw_reuse')?.trim();
  if (size === null || reuse === undefined) return cannotTell(PORTS, 'no /proc/sys/net/ipv4');
  const dials = needs?.dialsAMinute;
  const asked = dials === undefined ? '' : `; ${dials.scenario} dials up to ${dials.count} a minute`;
  return found(PORTS, severityOf(size, reuse, needs), size, `${size} ports, tcp_tw_reuse ${reuse}${asked}`);
}

function severityOf(size: number, reuse: string, needs: Needs | null): Severity {
  if (size < (needs?.dialsAtOnce.count ?? 0)) return 'bad';
  if (reuse === '0') return (needs?.dialsAMinute.count ?? 0) > size ? 'bad' : 'warn';
  return size < FEW ? 'warn' : 'ok';
}

const TIME_WAIT: Subject = {
  id: 'time-wait',
  unit: 'sockets',
  effect: 'ports of connections that others have just closed are not free yet: dials look longer for one',
  remedy: 'wait a minute; see ports',
};

/** Closed connections that still hold their port. */
export function timeWait(machine: Machine): Finding {
  const count = /^TCP: .*\btw (\d+)/m.exec(machine.read('/proc/net/sockstat') ?? '')?.[1];
  const size = rangeOf(machine);
  if (count === undefined || size === null) return cannotTell(TIME_WAIT, 'no /proc/net/sockstat');
  const waiting = Number(count);
  const measured = `${waiting} sockets for ${size} ports`;
  return found(TIME_WAIT, waiting > size / 2 ? 'warn' : waiting > size / 10 ? 'note' : 'ok', waiting, measured);
}

function rangeOf({ read }: Machine): number | null {
  const [low, high] = (read('/proc/sys/net/ipv4/ip_local_port_range') ?? '').trim().split(/\s+/).map(Number);
  return low !== undefined && high !== undefined && high >= low ? high - low + 1 : null;
}

const ACCEPT_QUEUE: Subject = {
  id: 'accept-queue',
  unit: 'connections',
  effect:
    'when all clients dial at once the kernel drops what does not fit, and they try again after 1 s: recovery times',
  remedy: 'sysctl net.core.somaxconn=4096',
};

/** How many dials may wait for the exchange to accept them, against the most that a scenario can dial at once. */
export function acceptQueue({ read }: Machine, needs: Needs | null): Finding {
  const text = read('/proc/sys/net/core/somaxconn')?.trim();
  if (text === undefined) return cannotTell(ACCEPT_QUEUE, 'no /proc/sys/net/core');
  const length = Number(text);
  const dials = needs?.dialsAtOnce;
  const asked = dials === undefined ? '' : `; ${dials.scenario} dials up to ${dials.count} at once`;
  return found(ACCEPT_QUEUE, length < (dials?.count ?? 0) ? 'warn' : 'ok', length, `${length} may wait${asked}`);
}
