import { createServer } from 'node:http';

/** A plain node:http server that answers everything with one body. Says { origin }. */
export function start({ headers, body }) {
  const bytes = Buffer.from(body);
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { ...headers, 'content-length': bytes.length });
    response.end(bytes);
  });
  // Connections are kept for the whole comparison, whatever pauses between its slices.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1', () => process.send({ origin: `http://127.0.0.1:${server.address().port}` }));
}
