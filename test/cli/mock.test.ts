import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MpBenchError } from '../../src/base/index.js';
import type { ExchangeClient } from '../../src/exchange/client.js';
import type { LedgerSnapshot, SiteConfig, SiteInfo } from '../../src/exchange/protocol.js';
import { type Finished, TestWorld } from './harness.js';

const client = vi.hoisted(() => ({ startExchange: vi.fn<() => Promise<ExchangeClient>>() }));
vi.mock('../../src/exchange/client.js', () => client);

/** An exchange process without a process. */
class FakeExchange implements ExchangeClient {
  readonly pid = 1;
  /** Resolves when the mock listens and waits for its end. */
  readonly waitedFor: Promise<void>;
  readonly opened: SiteConfig[] = [];
  readonly calls: string[] = [];
  openFailure: Error | null = null;
  die: () => void = () => undefined;
  #onWaitedFor: () => void = () => undefined;
  #gone = false;

  constructor() {
    this.waitedFor = new Promise((resolve) => {
      this.#onWaitedFor = resolve;
    });
  }

  get ended(): Promise<void> {
    this.#onWaitedFor();
    return new Promise((resolve) => {
      this.die = () => {
        this.#gone = true;
        resolve();
      };
    });
  }

  async open(config: SiteConfig): Promise<SiteInfo> {
    if (this.openFailure) throw this.openFailure;
    this.opened.push(config);
    const endpoints = Array.from({ length: config.endpoints }, (_, index) => ({
      venue: 'binance',
      name: `endpoint-${index}.binance.test`,
      rest: `http://127.0.0.1:${40_000 + index}`,
      ws: `ws://127.0.0.1:${40_000 + index}`,
    }));
    const dns = config.dns ? '127.0.0.1:53535' : null;
    return { id: config.id, endpoints, ca: config.tls ? 'PEM' : null, dns, symbols: { binance: ['BTCUSDT'] } };
  }

  async close(): Promise<LedgerSnapshot> {
    this.calls.push('close');
    return { counts: { accepted: 1, requests: 2, messagesSent: 3 } } as LedgerSnapshot;
  }

  async view(): Promise<never> {
    throw new MpBenchError('E_EXCHANGE', this.#gone ? 'the exchange process ended (SIGKILL)' : 'not expected');
  }

  async shutdown(): Promise<void> {
    this.calls.push('shutdown');
  }

  snapshot = (): Promise<never> => Promise.reject(new Error('not expected'));
  link = (): Promise<void> => Promise.resolve();
  inject = (): Promise<void> => Promise.resolve();
}

let world: TestWorld;
let exchange: FakeExchange;
const folder = await mkdtemp(join(tmpdir(), 'mp-bench-mock-'));

beforeEach(() => {
  world = new TestWorld(folder);
  exchange = new FakeExchange();
  client.startExchange.mockReset().mockImplementation(async () => exchange);
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the mock, and does `then` once it listens. */
async function mock(args: readonly string[], then: () => void): Promise<Finished> {
  const end = world.run('mock', '--venue', 'binance', ...args);
  await Promise.race([exchange.waitedFor, end]);
  then();
  return end;
}

describe('mp-bench mock', () => {
  it('prints one line of JSON and stops at a signal, with its exit code', async () => {
    const { code, stdout, stderr } = await mock(['--endpoints', '2'], () => world.signal('SIGTERM'));
    expect(code).toBe(143);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({
      venue: 'binance',
      endpoints: [
        { rest: 'http://127.0.0.1:40000', ws: 'ws://127.0.0.1:40000' },
        { rest: 'http://127.0.0.1:40001', ws: 'ws://127.0.0.1:40001' },
      ],
      ca: null,
      control: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    });
    expect(stderr).toContain('Ctrl-C stops it');
    expect(stderr).toContain('served 1 connection, 2 requests, 3 messages');
    expect(exchange.calls).toEqual(['close', 'shutdown']);
    expect(world.listeners).toBe(0);
  });

  it('keeps the authority in a file while it runs', async () => {
    let ca = '';
    const { code, stdout } = await mock(['--tls', '--dns'], () => world.signal('SIGINT'));
    ({ ca } = JSON.parse(stdout) as { ca: string });
    expect(code).toBe(130);
    expect(ca).toMatch(/ca\.pem$/);
    expect(existsSync(ca)).toBe(false);
    expect(JSON.parse(stdout)).toMatchObject({
      dns: '127.0.0.1:53535',
      endpoints: [{ name: 'endpoint-0.binance.test' }],
    });
  });

  it('passes its options on to the exchange', async () => {
    const options = ['--endpoints', '3', '--port', '5000', '--host', '127.0.0.2', '--rtt', '5ms', '--jitter', '1ms'];
    const more = ['--bandwidth', '10mbit', '--seed', '7', '--symbols', '4', '--activity', '2.5', '--limits', 'enforce'];
    const rules = ['--time-scale', '0.5', '--rule', 'pingEveryMs=5000', '--rule', 'messagesPerWindow=2'];
    await mock([...options, ...more, ...rules], () => world.signal('SIGINT'));
    expect(exchange.opened).toEqual([
      {
        id: 'mock',
        ageMs: expect.any(Number) as number,
        venues: ['binance'],
        seed: '7',
        endpoints: 3,
        tls: false,
        symbols: 4,
        activity: 2.5,
        link: { rttMs: 5, jitterMs: 1, bitsPerSecond: 10_000_000 },
        limits: 'enforce',
        timeScale: 0.5,
        rules: { pingEveryMs: 5000, messagesPerWindow: 2 },
        host: '127.0.0.2',
        port: 5000,
        dns: false,
      },
    ]);
  });

  it('ends with 1 when the exchange process dies, and says so', async () => {
    const { code, stderr } = await mock([], () => exchange.die());
    expect(code).toBe(1);
    expect(stderr).toContain('the exchange process ended (SIGKILL)');
    expect(exchange.calls).toEqual(['shutdown']);
  });

  it.each(['E_PORT_IN_USE', 'E_RULES'] as const)('ends with 78 at %s, and leaves nothing running', async (error) => {
    exchange.openFailure = new MpBenchError(error, 'because');
    expect(await world.run('mock', '--venue', 'binance', '--tls')).toEqual({
      code: 78,
      stdout: '',
      stderr: 'because\n',
    });
    expect(exchange.calls).toEqual(['shutdown']);
    expect(world.listeners).toBe(0);
  });

  it('ends at once at a second signal, without its file', async () => {
    vi.stubEnv('TMPDIR', folder);
    let release: () => void = () => undefined;
    const hanging = new Promise<LedgerSnapshot>((resolve) => {
      release = () => resolve({ counts: {} } as LedgerSnapshot);
    });
    exchange.close = () => hanging;
    const left: number[] = [];
    await mock(['--tls'], () => {
      left.push(readdirSync(folder).length);
      world.signal('SIGINT');
      world.signal('SIGTERM');
      left.push(readdirSync(folder).length);
      release();
    });
    expect(world.exits).toEqual([143]);
    expect(left).toEqual([1, 0]);
    vi.unstubAllEnvs();
  });
});

describe('what cannot be mocked', () => {
  it.each([
    [[], "required option '--venue <name>' not specified"],
    [['--venue', 'binanse'], '--venue binanse: there is no such venue (did you mean `binance`?)'],
    [['--venue', 'toString'], '--venue toString: there is no such venue'],
    [['--endpoints', '0'], '--endpoints 0: expected a whole number from 1 to 100'],
    [['--endpoints', '1.5'], '--endpoints 1.5: expected a whole number'],
    [['--port', '70000'], '--port 70000: expected a whole number from 0 to 65535'],
    [['--port', '65535', '--endpoints', '2'], '--port 65535: expected a whole number from 0 to 65534'],
    [['--control-port', 'x'], '--control-port x: expected a whole number'],
    [['--rtt', '5'], '--rtt 5: expected a duration such as 250us, 5ms or 1s'],
    [['--rtt', '-5ms'], '--rtt -5ms: expected a duration'],
    [['--rtt', '2min'], 'rttMs: expected a number from 0 to 60000, got 120000'],
    [['--rtt', '5ms', '--jitter', '5ms'], 'jitter of 5 ms'],
    [['--bandwidth', '10'], '--bandwidth 10: expected bits a second such as 512kbit'],
    [['--seed', 'x'], 'expected a whole number from 0'],
    [['--symbols', '0'], '--symbols 0: expected a whole number from 1'],
    [['--activity', '0'], '--activity 0: expected a number above 0'],
    [['--time-scale', '2'], '--time-scale 2: expected a number above 0, at most 1'],
    [['--limits', 'strict'], 'Allowed choices are observe, enforce'],
    [['--rule', 'pingEveryMs'], '--rule pingEveryMs: expected name=number'],
    [['--host', 'localhost'], '--host localhost: expected an IPv4 address'],
    [['--prot', '1'], "unknown option '--prot'\n(Did you mean --port?)"],
    [['now'], 'too many arguments'],
  ])('is wrong usage, with exit code 64: %j', async (args, told) => {
    const venue = args.length === 0 || args[0] === '--venue' ? [] : ['--venue', 'binance'];
    const { code, stdout, stderr } = await world.run('mock', ...venue, ...args);
    expect(code).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toContain(told);
    expect(client.startExchange).not.toHaveBeenCalled();
  });

  it('is told with everything that is wrong at once', async () => {
    const { stderr } = await world.run('mock', '--venue', 'x', '--rtt', 'y', '--port', 'z');
    expect(stderr.trim().split('\n')).toHaveLength(3);
  });
});
