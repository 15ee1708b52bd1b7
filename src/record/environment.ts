import { createHash } from 'node:crypto';
import { arch, availableParallelism, cpus, platform, release, totalmem, type as systemName } from 'node:os';
import type { Finding } from '../doctor/index.js';
import type { Environment, RunRecord } from './record.js';

/** What can be learned about the machine that measures. */
export interface Host {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly system: string;
  readonly release: string;
  readonly arch: string;
  readonly node: string;
  readonly memoryBytes: number;
}

/** Describes the machine; `pinning` says which cores the runner tied the exchange and the arms to. */
export function environment(pinning: Environment['pinning'] = null, host: Host = thisHost()): Environment {
  return {
    fingerprint: fingerprint(host),
    node: host.node,
    cpu: host.cpu,
    cores: host.cores,
    os: `${host.system} ${host.release} ${host.arch}`,
    memoryMb: Math.round(host.memoryBytes / 2 ** 20),
    pinning,
  };
}

/** The record with what was found about the machine. */
export function withFindings(record: RunRecord, findings: readonly Finding[]): RunRecord {
  return { ...record, environment: { ...record.environment, findings } };
}

// Patch releases of the kernel and of Node do not make timings incomparable.
function fingerprint({ cpu, cores, platform, arch, release, node }: Host): string {
  const kernel = release.split('.').slice(0, 2).join('.');
  const major = node.split('.')[0];
  const traits = [cpu, cores, platform, arch, kernel, major].join('|');
  return createHash('sha256').update(traits).digest('hex').slice(0, 12);
}

function thisHost(): Host {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: platform(),
    system: systemName(),
    release: release(),
    arch: arch(),
    node: process.version,
    memoryBytes: totalmem(),
  };
}
