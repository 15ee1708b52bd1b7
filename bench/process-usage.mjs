import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all threads of a process so far, in seconds, as the scheduler counts it (proc(5), schedstat). */
export function cpuSeconds(pid) {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = (task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
  return readdirSync(tasks).reduce((sum, task) => sum + nanoseconds(task), 0) / 1e9;
}

/** Memory of a process that is resident now, in bytes (proc(5), status). */
export function residentBytes(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}
