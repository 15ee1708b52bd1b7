import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, MpBenchError } from '../../base/index.js';
import type { SiteInfo } from '../protocol.js';
import { BodyTooLarge, readJson } from './json-body.js';
import { type ControlledExchange, type Routes, routesOf } from './routes.js';

const HOST = '127.0.0.1';

export interface ControlParts {
  readonly exchange: ControlledExchange;
  readonly site: SiteInfo;
  readonly clock: Clock;
  /** 0: any that is free. */
  readonly port: number;
}

/** The control endpoint of a site: HTTP with JSON on a port of its own, on loopback only. */
export interface Control {
  /** Origin, as `http://127.0.0.1:40001`. */
  readonly url: string;
  /** Stops to listen and drops every connection. */
  close(): Promise<void>;
}

/**
 * Starts the control endpoint. Errors are answered as `{"error":"…"}`: 400 for what was sent, 404 and 405 for where it
 * was sent, 413 for a body above 1 MiB, 502 when the exchange is gone.
 * @throws {MpBenchError} E_PORT_IN_USE when the port cannot be had
 */
export async function startControl({ exchange, site, clock, port }: ControlParts): Promise<Control> {
  const routes = routesOf(exchange, site, clock);
  const server = createServer((request, response) => {
    response.on('error', ignore);
    void answerOf(routes, request).then((answer) => {
      send(response, answer);
    });
  });
  await listening(server, port);
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly allow?: string;
}

async function answerOf(routes: Routes, request: IncomingMessage): Promise<Answer> {
  const { method = '', url = '/' } = request;
  const path = url.split('?', 1)[0] ?? '/';
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!methods) return failure(404, `there is no ${path}; there are ${Object.keys(routes).join(', ')}`);
  const route = Object.hasOwn(methods, method) ? methods[method] : undefined;
  const allow = Object.keys(methods).join(', ');
  if (!route) return { ...failure(405, `${path} takes ${allow}`), allow };
  try {
    return { status: 200, body: await route.answer(method === 'POST' ? await readJson(request) : undefined) };
  } catch (error) {
    return failure(statusOf(error), error instanceof Error ? error.message : String(error));
  }
}

function statusOf(error: unknown): number {
  if (error instanceof BodyTooLarge) return 413;
  if (!(error instanceof MpBenchError)) return 500;
  return error.code === 'E_USAGE' ? 400 : 502;
}

function failure(status: number, error: string): Answer {
  return { status, body: { error } };
}

function send(response: ServerResponse, { status, body, allow }: Answer): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(allow !== undefined && { allow }),
  });
  response.end(text);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      reject(taken ? new MpBenchError('E_PORT_IN_USE', `control port ${HOST}:${port}: ${error.message}`) : error);
    });
    server.listen(port, HOST, () => {
      server.removeAllListeners('error').on('error', ignore);
      resolve();
    });
  });
}

function ignore(): void {
  // A client that leaves before its answer gets none.
}
