import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts a bare node:http server in another process; every request gets the same headers and body. */
export const startBareServer = (options) => startPeer('http', options);

/** Starts a bare `ws` server in another process that sends a recording to all clients while it is switched on. */
export const startBareFanOut = (options) => startPeer('fanOut', options);

/** Starts a market-data server in another process that sends as fast as its clients take it. */
export const startBareFeed = (options) => startPeer('feed', options);

/** Opens connections to a WebSocket server from another process, and holds them. */
export const startCrowd = (options) => startPeer('crowd', options);

/** A peer process: what it said first, `tell` for more, `ask` for an answer, and `close`. */
async function startPeer(role, options) {
  const child = fork(join(import.meta.dirname, 'bare-server.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const failure = once(child, 'exit').then(() => {
    throw new Error(`the ${role} process ended`);
  });
  failure.catch(() => undefined);
  const answer = async () => (await Promise.race([once(child, 'message'), failure]))[0];
  child.send({ role, options });
  return {
    ...(await answer()),
    pid: child.pid,
    tell: (message) => child.send(message),
    ask(message) {
      child.send(message);
      return answer();
    },
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
