import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Clock } from '../base/index.js';
import { type Finding, found, type Subject } from './finding.js';

/** Round trips of one byte to a server of our own at an address, in ms; or why there were none. */
export type Reached = { readonly tripsMs: readonly number[] } | { readonly problem: string };

export interface LoopbackPlan {
  readonly address: string;
  /** Round trips at most; fewer when they would take longer than `tripsWithinMs` together, but one at least. */
  readonly trips: number;
  readonly tripsWithinMs: number;
  /** When nothing has been answered by then, the address is as good as unreachable. */
  readonly timeoutMs: number;
}

/** Dials a server of our own over loopback. Never rejects; everything is closed when it resolves. */
export async function reach(clock: Clock, plan: LoopbackPlan): Promise<Reached> {
  const { address, timeoutMs } = plan;
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setNoDelay(true).on('error', () => undefined);
    socket.pipe(socket);
  });
  const abort = new AbortController();
  const timer = clock.setTimeout(() => abort.abort(), timeoutMs);
  const { signal } = abort;
  try {
    server.listen(0, address);
    await once(server, 'listening', { signal });
    const socket = connect({ host: address, port: (server.address() as AddressInfo).port, noDelay: true });
    sockets.push(socket);
    await once(socket, 'connect', { signal });
    return { tripsMs: await roundTrips(clock, socket, plan, signal) };
  } catch (error) {
    return { problem: signal.aborted ? `no answer within ${timeoutMs} ms` : codeOf(error) };
  } finally {
    clock.clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function roundTrips(
  clock: Clock,
  socket: Socket,
  { trips, tripsWithinMs }: LoopbackPlan,
  signal: AbortSignal,
): Promise<number[]> {
  const endMs = clock.now() + tripsWithinMs;
  const tripsMs: number[] = [];
  do {
    const beganMs = clock.now();
    socket.write('x');
    await once(socket, 'data', { signal });
    tripsMs.push(clock.now() - beganMs);
  } while (tripsMs.length < trips && clock.now() < endMs);
  return tripsMs;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

const LOOPBACK: Subject = {
  id: 'loopback',
  unit: 'ms',
  effect: 'all traffic of mp-bench goes this way: nothing can be measured, or every latency has a floor of this',
  remedy: 'ip link set lo up; look for a firewall or a proxy between programs of this machine',
};

/** Medians of a round trip of one byte, in ms. */
const WARN_TRIP_MS = 0.5;
const BAD_TRIP_MS = 5;

/** 127.0.0.1, where everything listens. */
export function loopback(reached: Reached): Finding {
  if ('problem' in reached) return found(LOOPBACK, 'bad', null, `127.0.0.1: ${reached.problem}`);
  const sorted = reached.tripsMs.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const severity = median >= BAD_TRIP_MS ? 'bad' : median >= WARN_TRIP_MS ? 'warn' : 'ok';
  const measured = `127.0.0.1: ${median.toFixed(3)} ms a round trip (median of ${sorted.length})`;
  return found(LOOPBACK, severity, Math.round(median * 1e3) / 1e3, measured);
}

const OTHER_ADDRESS: Subject = {
  id: 'loopback-addresses',
  unit: '',
  effect:
    '127.0.0.2 is how a mock is given a second client: limits an address cannot be tried, moved addresses neither',
  remedy: 'on macOS: sudo ifconfig lo0 alias 127.0.0.2; Linux has them all',
};

export function loopbackAddresses(reached: Reached): Finding {
  return 'problem' in reached
    ? found(OTHER_ADDRESS, 'note', null, `127.0.0.2: ${reached.problem}`)
    : found(OTHER_ADDRESS, 'ok', null, '127.0.0.2 can be reached');
}

const IPV6: Subject = {
  id: 'loopback-v6',
  unit: '',
  effect: 'what listens on ::1 alone cannot be reached; scenarios use 127.0.0.1 and do not need it',
  remedy: 'sysctl net.ipv6.conf.lo.disable_ipv6=0, when a program under observation needs it',
};

export function loopbackV6(reached: Reached): Finding {
  return 'problem' in reached
    ? found(IPV6, 'note', null, `::1: ${reached.problem}`)
    : found(IPV6, 'ok', null, '::1 can be reached');
}
