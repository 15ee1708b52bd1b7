// A pool of HTTP connections in twenty lines:  node examples/http-pool.mjs
import { once } from 'node:events';
import { createServer } from 'node:http';
import { HttpConnectionPool } from 'mp-bench/pool';

const server = createServer((request, response) => response.end(JSON.stringify({ path: request.url })));
await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const pool = new HttpConnectionPool({ origins: [origin], max: 4, requestTimeoutMs: 2_000 });
const paths = Array.from({ length: 20 }, (_, index) => `/depth?limit=${index}`);
const responses = await Promise.all(paths.map((path) => pool.request({ path, timeoutMs: 5_000 })));

process.stdout.write(`${responses.length} responses, the last one ${responses.at(-1).text()}\n`);
process.stdout.write(`${pool.describe()}\n`);

await pool.drain(1_000);
server.close();
