import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts a bare node:http server in another process; every request gets the same headers and body. */
export async function startBareServer({ headers, body }) {
  const child = fork(join(import.meta.dirname, 'bare-server.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ headers, body });
  const [{ origin }] = await once(child, 'message');
  return {
    origin,
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
