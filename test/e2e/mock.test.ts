import type { ChildProcess } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { Agent, get, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, get as secureGet } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { FaultStamp, LedgerView } from '../../src/exchange/protocol.js';
import { descendants, finished, type Finished, isAlive, Workplace } from './command.js';

interface Line {
  readonly venue: string;
  readonly endpoints: readonly { readonly rest: string; readonly ws: string; readonly name?: string }[];
  readonly dns?: string;
  readonly ca: string | null;
  readonly control: string;
}

/** A mock in a process of its own; what a test leaves running is stopped with it. */
class Mock implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly end: Promise<Finished>;
  readonly line: Line;
  readonly processes: readonly number[];

  private constructor(process: ChildProcess, end: Promise<Finished>, line: Line) {
    this.process = process;
    this.end = end;
    this.line = line;
    this.processes = descendants(process.pid ?? 0);
  }

  static async start(place: Workplace, ...args: string[]): Promise<Mock> {
    const process = place.start(['mock', '--venue', 'binance', ...args]);
    const end = finished(process);
    const text = await new Promise<string>((resolve, reject) => {
      process.stdout?.once('data', resolve);
      void end.then(({ stderr }) => reject(new Error(stderr)));
    });
    return new Mock(process, end, JSON.parse(text) as Line);
  }

  async control<T>(path: string, body?: unknown): Promise<T> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return (await (await fetch(`${this.line.control}${path}`, init)).json()) as T;
  }

  /** Looks at the ledger until it is as expected. */
  async ledger(isReached: (view: LedgerView) => boolean): Promise<LedgerView> {
    for (;;) {
      const view = await this.control<LedgerView>('/ledger');
      if (isReached(view)) return view;
      await pause();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGTERM');
    await this.end;
  }
}

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 20);
  });

/** Status and body of a GET over the agent's connection. */
function fetched(url: string, agent: Agent | SecureAgent, options: RequestOptions & { ca?: Buffer } = {}) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const request = (url.startsWith('https') ? secureGet : get)(url, { ...options, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    request.on('error', reject);
  });
}

/** Reads messages until there are `count`; then closes. */
function messages(url: string, count: number, ca?: Buffer): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ca ? { ca } : {});
    const received: unknown[] = [];
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      received.push(JSON.parse(data.toString()));
      if (received.length === count) socket.close();
    });
    socket.on('close', () => resolve(received));
  });
}

function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    socket.once('connect', () => socket.destroy());
  });
}

const TIME = '/api/v3/time';
const TRADES = '/ws/btcusdt@trade';
const GENEROUS = { timeout: 60_000 };

describe('mp-bench mock, as a process', () => {
  it('serves REST and streams on every endpoint, and counts exactly what it served', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place, '--endpoints', '2', '--activity', '5');
    const { venue, ca, endpoints } = mock.line;
    expect({ venue, ca, endpoints: endpoints.length }).toEqual({ venue: 'binance', ca: null, endpoints: 2 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const [index, { rest }] of endpoints.entries()) {
      for (let count = 0; count < 3 + index; count += 1) {
        const { status, body } = await fetched(`${rest}${TIME}`, agent);
        expect(status).toBe(200);
        expect(JSON.parse(body)).toHaveProperty('serverTime');
      }
    }
    expect((await fetched(`${endpoints[0]?.rest}/nowhere`, agent)).status).toBe(404);
    agent.destroy();
    const trades = await messages(`${endpoints[1]?.ws}${TRADES}`, 3);
    const { counts, endedConnections, endedSubscriptions } = await mock.ledger(
      (view) => view.counts.closedByClient === 3,
    );
    expect(counts).toMatchObject({
      accepted: 3,
      requests: 8,
      responses: 8,
      responsesByStatus: { 200: 7, 404: 1 },
      reusedRequests: 6,
      upgrades: 1,
      subscribes: 1,
      subscriptionsLost: 1,
    });
    const perConnection = endedConnections.map(({ endpoint, requests, subscribes }) => [
      endpoint,
      requests,
      subscribes,
    ]);
    expect(perConnection.map(String).toSorted((a, b) => a.localeCompare(b))).toEqual(['0,4,0', '1,0,1', '1,4,0']);
    expect(endedSubscriptions.map(({ stream, messagesSent }) => [stream, messagesSent])).toEqual([
      ['btcusdt@trade', counts.messagesSent],
    ]);
    expect(counts.messagesSent).toBeGreaterThanOrEqual(trades.length);
  });

  it('serves TLS by an authority whose certificate it gives as a file', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place, '--tls', '--activity', '5');
    const [endpoint] = mock.line.endpoints;
    expect(endpoint?.rest).toMatch(/^https:/);
    const ca = readFileSync(mock.line.ca ?? '');
    const agent = new SecureAgent();
    expect((await fetched(`${endpoint?.rest}${TIME}`, agent, { ca })).status).toBe(200);
    await expect(fetched(`${endpoint?.rest}${TIME}`, new SecureAgent())).rejects.toThrow(/certificate/);
    expect((await messages(`${endpoint?.ws}${TRADES}`, 1, ca)).length).toBeGreaterThanOrEqual(1);
  });

  it('injects a fault and lifts it', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place);
    const rest = mock.line.endpoints[0]?.rest ?? '';
    expect(await mock.control('/faults', { kind: 'reset', durationMs: 60_000, endpoint: 0 })).toEqual({ ids: ['f1'] });
    await mock.ledger(({ faults }) => faults.length === 1);
    await expect(fetched(`${rest}${TIME}`, new Agent())).rejects.toThrow(/ECONNRESET|hang up/);
    expect(await mock.control('/faults', { kind: 'refuse', durationMs: 150 })).toEqual({ ids: ['f2'] });
    const { faults } = await mock.ledger(({ faults }) => faults.some(({ liftedAtMs }) => liftedAtMs !== null));
    expect(faults).toMatchObject([
      { id: 'f1', kind: 'reset', endpoint: 0, liftedAtMs: null, touched: 1 },
      { id: 'f2', kind: 'refuse', endpoint: null, liftedAtMs: expect.any(Number) as number },
    ]);
    expect(await mock.control<FaultStamp[]>('/faults')).toEqual(faults);
    expect(await mock.control('/faults', { kind: 'refuse', durationMs: 1, endpoint: 1 })).toEqual({
      error: 'endpoint: expected a whole number from 0 to 0, or null for all, got 1',
    });
    expect(await mock.control('/faults', { kind: 'tls-failure', durationMs: 1 })).toEqual({
      error: expect.stringContaining('the site has no TLS') as string,
    });
  });

  it('serves again what a fault has hit, once it is lifted', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place);
    const rest = mock.line.endpoints[0]?.rest ?? '';
    await mock.control('/faults', { kind: 'refuse', durationMs: 300 });
    await mock.ledger(({ faults }) => faults.length === 1);
    expect(await isRefused(rest)).toBe(true);
    await mock.ledger(({ faults }) => faults[0]?.liftedAtMs !== null);
    expect((await fetched(`${rest}${TIME}`, new Agent())).status).toBe(200);
  });

  it('serves the names of its endpoints', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place, '--dns', '--endpoints', '2');
    const { dns = '', endpoints } = mock.line;
    const resolver = new Resolver();
    resolver.setServers([dns]);
    expect(new Set(endpoints.map(({ name }) => name)).size).toBe(2);
    for (const { name = '' } of endpoints) expect(await resolver.resolve4(name)).toEqual(['127.0.0.1']);
  });

  it('puts another link in place', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place);
    const open = connect(Number(new URL(mock.line.endpoints[0]?.rest ?? '').port), '127.0.0.1');
    open.on('error', () => undefined);
    await mock.ledger(({ openConnections }) => openConnections.length === 1);
    expect(await mock.control('/link', { rttMs: 4 })).toEqual({ link: { rttMs: 4 } });
    const { counts } = await mock.ledger(({ openConnections }) => openConnections.length === 0);
    expect(counts.closedByExchange).toBe(1);
    open.destroy();
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves nothing behind at %s', GENEROUS, async (signal, expected) => {
    using place = new Workplace();
    await using mock = await Mock.start(place, '--tls', '--endpoints', '2');
    const { endpoints, control, ca } = mock.line;
    const open = connect(Number(new URL(control).port), '127.0.0.1');
    open.on('error', () => undefined);
    expect(mock.processes).toHaveLength(1);
    mock.process.kill(signal);
    const { code, stdout, stderr } = await mock.end;
    expect(code).toBe(expected);
    expect(stdout).toBe(`${JSON.stringify(mock.line)}\n`);
    expect(stderr).toContain('served 0 connections, 0 requests, 0 messages');
    expect(mock.processes.filter(isAlive)).toEqual([]);
    for (const url of [control, ...endpoints.map(({ rest }) => rest)]) expect(await isRefused(url)).toBe(true);
    expect(existsSync(dirname(ca ?? ''))).toBe(false);
  });

  it('is stopped as a whole when its process group is', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place);
    for (const pid of mock.processes) process.kill(pid, 'SIGTERM');
    mock.process.kill('SIGTERM');
    expect((await mock.end).code).toBe(143);
    expect(mock.processes.filter(isAlive)).toEqual([]);
  });

  it('goes on when nobody reads its line any more', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place);
    mock.process.stdout?.destroy();
    mock.process.stderr?.destroy();
    expect((await fetched(`${mock.line.endpoints[0]?.rest}${TIME}`, new Agent())).status).toBe(200);
    mock.process.kill('SIGINT');
    expect((await mock.end).code).toBe(130);
  });

  it('ends with 1 when its exchange process dies, and says so', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place, '--tls');
    for (const pid of mock.processes) process.kill(pid, 'SIGKILL');
    const { code, stderr } = await mock.end;
    expect(code).toBe(1);
    expect(stderr).toContain('the exchange process ended (SIGKILL)');
    expect(existsSync(mock.line.ca ?? '')).toBe(false);
  });

  it('takes its exchange process along when it is killed', GENEROUS, async () => {
    using place = new Workplace();
    await using mock = await Mock.start(place);
    mock.process.kill('SIGKILL');
    await mock.end;
    const { control, endpoints } = mock.line;
    expect(await isRefused(control)).toBe(true);
    while (!(await isRefused(endpoints[0]?.rest ?? ''))) await pause();
  });

  it('does not start on a port that is taken', GENEROUS, async () => {
    using place = new Workplace();
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const port = String((taken.address() as AddressInfo).port);
    for (const option of ['--port', '--control-port']) {
      const { code, stdout, stderr } = await place.run(['mock', '--venue', 'binance', option, port]);
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr).toContain(port);
    }
    taken.close();
  });

  it.each([
    [['--venue', 'binanse'], 64, 'did you mean `binance`?'],
    [['--venue', 'binance', '--endponts', '2'], 64, 'Did you mean --endpoints?'],
    [['--venue', 'binance', '--rtt', 'soon'], 64, '--rtt soon: expected a duration'],
    [['--venue', 'binance', '--rule', 'nothing=1'], 78, 'no rule nothing'],
    [['--venue', 'binance', '--time-scale', '0.0001'], 78, 'shorter than 50 ms'],
  ])('refuses %j with exit code %i', GENEROUS, async (args, expected, told) => {
    using place = new Workplace();
    const { code, stdout, stderr } = await place.run(['mock', ...args]);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toContain(told);
    expect(stderr).not.toContain('    at ');
  });
});
