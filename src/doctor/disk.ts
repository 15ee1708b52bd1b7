import { dirname, resolve } from 'node:path';
import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { DiskFacts, Machine } from './machine.js';
import { megabytes } from './memory.js';

const DISK: Subject = {
  id: 'disk',
  unit: 'MB',
  effect: 'the record of a finished run cannot be written, and the run is lost',
  remedy: 'make room, or write elsewhere: --out, MP_BENCH_OUT',
};

/** Record and report of a full run take some 300 kB; those of many runs are kept. */
const BAD_BELOW_MB = 50;
const WARN_BELOW_MB = 500;

/** Room where reports are written; `directory` need not be there yet. */
export function disk(machine: Machine, directory: string): Finding {
  const place = nearest(machine, resolve(directory));
  if (place === null) return cannotTell(DISK, `the file system of ${directory} does not say`);
  const { path, facts } = place;
  const free = megabytes(facts.freeBytes);
  if (!facts.writable) return found(DISK, 'bad', free, `${path} cannot be written`);
  const severity = free < BAD_BELOW_MB ? 'bad' : free < WARN_BELOW_MB ? 'warn' : 'ok';
  return found(DISK, severity, free, `${free} MB free below ${path}`);
}

// Reports make their directory when there is none.
function nearest(machine: Machine, path: string): { path: string; facts: DiskFacts } | null {
  const here = machine.disk(path);
  if (here !== null) return { path, facts: here };
  return dirname(path) === path ? null : nearest(machine, dirname(path));
}
