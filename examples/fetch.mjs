// A pool as the dispatcher of fetch:  node examples/fetch.mjs
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { HttpConnectionPool } from 'mp-bench/pool';

const server = createServer((request, response) => {
  if (request.url === '/old') response.writeHead(308, { location: '/new' }).end();
  else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"bid":"60000.10"}'));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const pool = new HttpConnectionPool({ origins: [origin], max: 2 });

// Everything that fetch does it goes on doing: here a redirect and gzip. The signal also covers the time in the queue.
for (let i = 0; i < 3; i += 1) {
  const response = await fetch(`${origin}/old`, { dispatcher: pool, signal: AbortSignal.timeout(2_000) });
  process.stdout.write(`${response.status} ${(await response.json()).bid}\n`);
}

const { opened, uses, reuses } = pool.stats();
process.stdout.write(`${uses} requests on ${opened} connection, ${reuses} of them on one used before\n`);

await pool.drain(1_000);
server.close();
