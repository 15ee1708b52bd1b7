import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startExchange } from '../../src/exchange/client.js';
import type { LedgerSnapshot } from '../../src/exchange/protocol.js';
import { programEnvironment } from '../../src/observe/environment.js';
import { observationOf } from '../../src/observe/observation.js';
import { ObservedRows } from '../../src/observe/rows.js';
import type { Observation, RunRecord } from '../../src/record/index.js';
import { descendants, finished, type Finished, isAlive, Workplace } from './command.js';
import { CountingProxy } from './counting-proxy.js';

const CLIENTS = fileURLToPath(new URL('clients', import.meta.url));
const TWENTY_LINES = ['python3', join(CLIENTS, 'twenty_lines.py')];
const RECONNECTING = [process.execPath, join(CLIENTS, 'reconnecting.mjs')];
const GENEROUS = 60_000;

const scenarioOf = (fault: string): string => `
name: one-fault
question: What does a client do when its connections fail?
venue: binance
tls: false
market: { symbols: 4, activity: 5 }
load: { streams: { subscriptions: [{ channel: trade, symbols: 1 }] } }
timeline:
  - { kind: ${fault}, at: 1500ms, duration: 50ms }
arms: { bare: { stack: day2, driver: unpooled, role: control } }
sampling: { unit: launch, pairs: 1 }
`;

function scenarioIn(place: Workplace, fault: string): string {
  const file = join(place.out, 'one-fault.yaml');
  writeFileSync(file, scenarioOf(fault));
  return file;
}

function seen({ stdout, stderr }: Finished): Observation {
  const { observation } = JSON.parse(stdout) as RunRecord;
  if (!observation) throw new Error(stderr);
  return observation;
}

const node = (code: string): string[] => [process.execPath, '-e', code];

async function descendantsOf(pid: number, atLeast: number): Promise<number[]> {
  for (;;) {
    const found = descendants(pid);
    if (found.length >= atLeast) return found;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

describe('mp-bench observe, as a process', () => {
  it('counts exactly what twenty lines of Python do', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const end = await place.run(['observe', '--venue', 'binance', '--json', '--', ...TWENTY_LINES]);
    expect(end.code).toBe(0);
    const { connections, requests, reconnects, streams, program } = seen(end);
    expect(connections).toMatchObject({
      opened: 4,
      endedByClient: 4,
      endedByExchange: 0,
      endedByFault: 0,
      stillOpen: 0,
      unused: 0,
    });
    expect(requests).toMatchObject({
      received: 7,
      answered: 7,
      byStatus: { 200: 6, 404: 1 },
      reused: 3,
      reuseRate: 3 / 7,
      perConnection: { count: 4, min: 1, p50: 1, max: 4 },
    });
    expect([reconnects.http.losses, reconnects.stream.losses, streams.upgrades]).toEqual([0, 0, 0]);
    expect(program).toMatchObject({ exitCode: 0, signal: null, stoppedBy: null });
    // What the program prints goes to stderr, and it agrees.
    expect(end.stderr).toContain('"connections": 4, "requests": 7, "statuses": [200, 200, 200, 404, 200, 200, 200]');
    const record = place.record();
    expect(record).toEqual(JSON.parse(end.stdout));
    expect(record.verdict).toBe('empty');
    expect(record.scenarios[0]?.arms['observed']?.metrics).toMatchObject({
      connectionsOpened: 4,
      usesPerConnection: 7 / 4,
    });
  });

  it('shows the same as a table of at most 80 columns', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const { code, stdout } = await place.run(['observe', '--venue', 'binance', '--no-progress', '--', ...TWENTY_LINES]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^opened +4 /m);
    expect(stdout).toMatch(/^reuse rate +42.9 %/m);
    expect(stdout).not.toContain('\u001b');
    const body = stdout
      .split('\n')
      .slice(2)
      .filter((line) => !/^(Repeat|OBSERVED)/.test(line));
    expect(body.filter((line) => line.length > 80)).toEqual([]);
  });

  it(
    'follows a client through a cut, and counts the trades that it missed as its own numbers do',
    { timeout: GENEROUS },
    async () => {
      using place = new Workplace();
      const scenario = scenarioIn(place, 'cut-all');
      const end = await place.run([
        'observe',
        '--scenario',
        scenario,
        '--json',
        '--out',
        join(place.out, 'runs'),
        '--',
        ...RECONNECTING,
        'trades-only',
      ]);
      expect({ code: end.code, stderr: end.code === 0 ? '' : end.stderr }).toEqual({ code: 0, stderr: '' });
      const { connections, reconnects, streams, faults, faultsPlanned } = seen(end);
      expect(connections).toMatchObject({ opened: 2, endedByFault: 1, endedByClient: 1, stillOpen: 0 });
      expect(reconnects.stream).toMatchObject({ losses: 1, reconnected: 1, neverReconnected: 0 });
      expect(streams).toMatchObject({ upgrades: 2, subscribed: 2, losses: 1, resubscribed: 1, downAtEnd: [] });
      expect(faultsPlanned).toBe(1);
      expect(faults).toMatchObject([
        { kind: 'cut-all', touched: 1, connectionsLost: 1, streamsLost: 1, streamsNeverBack: 0 },
      ]);
      expect(faults[0]?.firstReconnectMs).toBeGreaterThanOrEqual(reconnects.stream.delayMs?.min ?? Number.NaN);
      expect(faults[0]?.allStreamsBackMs).toBeGreaterThanOrEqual(streams.delayMs?.min ?? Number.NaN);
      const told = JSON.parse(/^\{"connections.*\}$/m.exec(end.stderr)?.[0] ?? '') as { missed: number };
      expect(streams.unsentWhileDown).toBeGreaterThan(0);
      expect(streams.unsentWhileDown).toBe(told.missed);
    },
  );

  it('sees that a client does not notice a silence, and counts what it waits for', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const given = ['--scenario', scenarioIn(place, 'silence'), '--out', join(place.out, 'runs'), '--duration', '3s'];
    const end = await place.run(['observe', ...given, '--json', '--', ...RECONNECTING]);
    const { connections, reconnects, streams, faults } = seen(end);
    expect(connections).toMatchObject({ opened: 1, endedByClient: 1, endedByFault: 0 });
    expect(reconnects.stream).toMatchObject({ losses: 1, reconnected: 0, neverReconnected: 1 });
    expect(streams).toMatchObject({ losses: 2, resubscribed: 0, neverResubscribed: 2 });
    expect(streams.downAtEnd.map((name) => name.split('@')[1])).toEqual(['depth', 'trade']);
    // Swallowed by the path, and counted as due: a program that nobody tells of it gets nothing of either.
    expect(streams.unsentWhileDown).toBeGreaterThan(10);
    expect(faults).toMatchObject([
      { kind: 'silence', connectionsLost: 1, firstReconnectMs: null, streamsNeverBack: 2 },
    ]);
  });

  it('gives a program TLS and the authority’s certificate when it is asked to', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const code = `const { get } = require('https'), { readFileSync } = require('fs');
      const { MP_BENCH_REST_URLS: urls, MP_BENCH_CA: file } = process.env;
      const ca = readFileSync(file); console.log('ca', file);
      for (const url of urls.split(',')) get(url + '/api/v3/ping', { ca, agent: false }, (r) => r.resume());`;
    const end = await place.run([
      'observe',
      '--venue',
      'binance',
      '--json',
      '--tls',
      '--endpoints',
      '2',
      '--rtt',
      '2ms',
      '--',
      ...node(code),
    ]);
    const { connections, requests, endpoints, tls, rttMs } = seen(end);
    expect({ endpoints, tls, rttMs }).toEqual({ endpoints: 2, tls: true, rttMs: 2 });
    expect(connections).toMatchObject({ opened: 2, handshakesFull: 2, cutInHandshake: 0, stillOpen: 0 });
    expect(requests).toMatchObject({ received: 2, answered: 2 });
    const file = /^ca (.+)$/m.exec(end.stderr)?.[1] ?? '';
    expect([file.endsWith('.pem'), existsSync(file)]).toEqual([true, false]);
  });

  it('reports how a program ended, and does its own work all the same', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const crash = await place.run([
      'observe',
      '--venue',
      'binance',
      '--json',
      '--',
      ...node('process.kill(process.pid, "SIGSEGV")'),
    ]);
    expect([crash.code, seen(crash).program.signal, seen(crash).program.exitCode]).toEqual([0, 'SIGSEGV', null]);
    using other = new Workplace();
    const failed = await other.run(['observe', '--venue', 'binance', '--', ...node('process.exit(3)')]);
    expect(failed.code).toBe(0);
    expect(failed.stdout).toContain('Ended with exit code 3');
  });

  it('says 64 to a command that does not exist, and leaves nothing', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const { code, stdout, stderr } = await place.run(['observe', '--venue', 'binance', '--', 'no-such-command']);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('`no-such-command` cannot be started: there is no such command');
  });

  it('passes Ctrl-C on, kills what does not listen, and leaves a partial record', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    // A shell, a program of it in the background, and one in front of it: all of them have to go.
    const child = place.start(['observe', '--venue', 'binance', '--', 'sh', '-c', 'sleep 300 & sleep 301; true']);
    const end = finished(child);
    const started = await descendantsOf(child.pid ?? 0, 4);
    child.kill('SIGINT');
    const { code } = await end;
    expect(code).toBe(130);
    expect(place.record()).toMatchObject({ verdict: 'partial', observation: { program: { stoppedBy: 'SIGINT' } } });
    // What was killed with its parent is there until somebody has taken note of its end.
    await expect.poll(() => started.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });

  it('asks a program to end when its time is up, which is no error', { timeout: GENEROUS }, async () => {
    using place = new Workplace();
    const end = await place.run([
      'observe',
      '--venue',
      'binance',
      '--duration',
      '300ms',
      '--json',
      '--',
      'sleep',
      '300',
    ]);
    expect(end.code).toBe(0);
    expect(seen(end).program).toMatchObject({ signal: 'SIGTERM', stoppedBy: 'duration', killed: false });
  });
});

describe('the ledger, against a proxy that only counts', () => {
  it('has the same connections, requests, frames and bytes', { timeout: GENEROUS }, async () => {
    const exchange = await startExchange();
    try {
      const site = await exchange.open({
        id: 's',
        venues: ['binance'],
        seed: '1',
        endpoints: 1,
        tls: false,
        symbols: 4,
        activity: 5,
        link: { rttMs: 0 },
      });
      await using proxy = await CountingProxy.before(Number(new URL(site.endpoints[0]?.rest ?? '').port));
      const through = site.endpoints.map((endpoint) => ({
        ...endpoint,
        rest: `http://127.0.0.1:${proxy.port}`,
        ws: `ws://127.0.0.1:${proxy.port}`,
      }));
      const env = programEnvironment(process.env, { ...site, endpoints: through }, null);
      const rows = new ObservedRows();
      const look = async (): Promise<LedgerSnapshot> => {
        const snapshot = await exchange.snapshot('s');
        rows.add(snapshot);
        return snapshot;
      };
      const run = async ([file = '', ...args]: readonly string[]): Promise<Finished> =>
        finished(spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
      const streaming = run(RECONNECTING);
      await run(TWENTY_LINES);
      let state = await look();
      while (state.counts.messagesSent < 50) state = await look();
      await exchange.inject('s', [{ id: 'f', kind: 'cut-all', endpoint: null, atMs: 0, durationMs: 10 }]);
      expect((await streaming).code).toBe(0);
      do state = await look();
      while (rows.connections.some((row) => row.closedAtMs === null));
      const { connections, requests, streams } = observationOf(
        { connections: rows.connections, subscriptions: rows.subscriptions, state },
        {
          venue: 'binance',
          endpoints: 1,
          tls: false,
          rttMs: 0,
          program: { command: [], exitCode: 0, signal: null, ranMs: 0, stoppedBy: null, killed: false },
          faultsPlanned: 1,
          startMs: 0,
        },
      );
      // Each request over a WebSocket has one answer, which is a frame and no message.
      expect(proxy.traffic).toEqual({
        connections: connections.opened,
        requests: requests.received,
        upgrades: streams.upgrades,
        bytesUp: connections.bytesRead,
        bytesDown: connections.bytesWritten,
        textUp: 2,
        textDown: streams.messagesSent + 2,
      });
      expect(connections).toMatchObject({ opened: 6, endedByFault: 1 });
    } finally {
      await exchange.shutdown();
    }
  });
});
