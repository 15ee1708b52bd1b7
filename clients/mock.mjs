import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../bin/mp-bench.js', import.meta.url));
const START_MS = 20_000;
const STOP_MS = 10_000;

/** Starts `mp-bench mock` for one venue; resolves with what it prints and a way to stop it. */
export async function startMock(venue, options = []) {
  const args = [COMMAND, 'mock', '--venue', venue, ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += chunk));
  try {
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(START_MS) }),
      ended.then(([code]) => {
        throw new Error(`the mock of ${venue} ended with ${code}: ${complaints}`);
      }),
    ]);
    return { ...JSON.parse(line[0]), stop: () => stop(child, ended) };
  } catch (error) {
    await stop(child, ended);
    throw error;
  }
}

async function stop(child, ended) {
  child.kill('SIGTERM');
  // Its exchange process ends with it, whichever way it ends.
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
