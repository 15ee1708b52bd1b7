import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock, MpBenchError } from '../../src/base/index.js';
import type { ControlledExchange } from '../../src/exchange/control/routes.js';
import { type Control, startControl } from '../../src/exchange/control/server.js';
import type { FaultPlan, LedgerView, LinkConfig, SiteInfo } from '../../src/exchange/protocol.js';

const site: SiteInfo = {
  id: 'mock',
  endpoints: [{ venue: 'fake', name: 'endpoint-0.fake.test', rest: 'http://127.0.0.1:1', ws: 'ws://127.0.0.1:1' }],
  ca: null,
  dns: null,
  symbols: { fake: ['AAA'] },
};
const view = { counts: { accepted: 3 }, faults: [{ id: 'f1', kind: 'reset' }] } as unknown as LedgerView;

/** An exchange that remembers what it was told, and fails when it is to. */
class FakeExchange implements ControlledExchange {
  readonly injected: FaultPlan[] = [];
  readonly links: LinkConfig[] = [];
  failure: Error | null = null;
  refusal: Error | null = null;

  async view(): Promise<LedgerView> {
    this.#check();
    return view;
  }

  async inject(_site: string, faults: readonly FaultPlan[]): Promise<void> {
    this.#check();
    if (this.refusal) throw this.refusal;
    this.injected.push(...faults);
  }

  async link(_site: string, link: LinkConfig): Promise<void> {
    this.#check();
    this.links.push(link);
  }

  #check(): void {
    if (this.failure) throw this.failure;
  }
}

let control: Control | null = null;
const clock = new FakeClock(500);

async function start(): Promise<{ exchange: FakeExchange; url: string }> {
  const exchange = new FakeExchange();
  control = await startControl({ exchange, site, clock, port: 0 });
  return { exchange, url: control.url };
}

afterEach(async () => {
  await control?.close();
  control = null;
});

async function call(url: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, init);
  expect(response.headers.get('content-type')).toBe('application/json');
  return { status: response.status, body: await response.json() };
}

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('the control endpoint', () => {
  test('tells what there is', async () => {
    const { url } = await start();
    const { status, body } = await call(`${url}/?x=1`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      endpoints: site.endpoints,
      symbols: site.symbols,
      faults: { 'http-error': ['status'] },
    });
    const { paths } = body as { paths: object };
    expect(Object.keys(paths)).toEqual(['GET /', 'GET /ledger', 'GET /faults', 'POST /faults', 'POST /link']);
  });

  test('shows the ledger and its stamps', async () => {
    const { url } = await start();
    expect(await call(`${url}/ledger`)).toEqual({ status: 200, body: view });
    expect(await call(`${url}/faults`)).toEqual({ status: 200, body: view.faults });
  });

  test('hands faults over, each with an id of its own', async () => {
    const { exchange, url } = await start();
    const fault = { kind: 'reset', durationMs: 5, inMs: 20 };
    expect(await call(`${url}/faults`, post(fault))).toEqual({ status: 200, body: { ids: ['f1'] } });
    expect(await call(`${url}/faults`, post([fault, fault]))).toEqual({ status: 200, body: { ids: ['f2', 'f3'] } });
    expect(exchange.injected.map(({ id, atMs }) => [id, atMs])).toEqual([
      ['f1', 520],
      ['f2', 520],
      ['f3', 520],
    ]);
  });

  test('changes the link', async () => {
    const { exchange, url } = await start();
    expect(await call(`${url}/link`, post({ rttMs: 7 }))).toEqual({ status: 200, body: { link: { rttMs: 7 } } });
    expect(exchange.links).toEqual([{ rttMs: 7 }]);
  });

  test('bounds the faults that are not over', async () => {
    const { exchange, url } = await start();
    const many = Array.from({ length: 600 }, () => ({ kind: 'reset', durationMs: 1000 }));
    expect((await call(`${url}/faults`, post(many))).status).toBe(200);
    const refused = await call(`${url}/faults`, post(many));
    expect(refused).toMatchObject({ status: 400, body: { error: expect.stringContaining('at most 1000') as string } });
    await clock.advance(1001);
    expect((await call(`${url}/faults`, post(many))).status).toBe(200);
    expect(exchange.injected).toHaveLength(1200);
  });

  test.each([
    ['/faults', post('{'), 400, 'the body is not JSON'],
    ['/faults', post(''), 400, 'the body is not JSON'],
    ['/faults', post('['.repeat(500_000)), 400, 'the body is not JSON'],
    ['/faults', post({ kind: 'nothing' }), 400, 'kind: expected'],
    ['/link', post({ rttMs: -1 }), 400, 'rttMs: expected'],
    ['/link', post(`{"rttMs":${' '.repeat(2 << 20)}1}`), 413, 'larger than 1048576 bytes'],
    ['/toString', {}, 404, 'there is no /toString; there are /, /ledger'],
    ['/link', {}, 405, '/link takes POST'],
    ['/ledger', { method: 'DELETE' }, 405, '/ledger takes GET'],
  ])('answers what is wrong: %s %j', async (path, init, status, error) => {
    const { exchange, url } = await start();
    expect(await call(`${url}${path}`, init)).toEqual({
      status,
      body: { error: expect.stringContaining(error) as string },
    });
    expect([exchange.injected, exchange.links]).toEqual([[], []]);
  });

  test('passes on what the exchange says against it, and goes on', async () => {
    const { exchange, url } = await start();
    exchange.failure = new MpBenchError('E_EXCHANGE', 'the exchange process ended (SIGKILL)');
    const error = 'the exchange process ended (SIGKILL)';
    expect(await call(`${url}/ledger`)).toEqual({ status: 502, body: { error } });
    expect(await call(`${url}/link`, post({ rttMs: 1 }))).toEqual({ status: 502, body: { error } });
    exchange.failure = new TypeError('oops');
    expect(await call(`${url}/ledger`)).toEqual({ status: 500, body: { error: 'oops' } });
    exchange.failure = null;
    expect((await call(`${url}/ledger`)).status).toBe(200);
  });

  test('takes what a living exchange refuses for a mistake of whoever asked', async () => {
    const { exchange, url } = await start();
    exchange.refusal = new MpBenchError('E_EXCHANGE', 'fault f1: the site has no TLS');
    const fault = post({ kind: 'tls-failure', durationMs: 5 });
    const error = 'fault f1: the site has no TLS';
    expect(await call(`${url}/faults`, fault)).toEqual({ status: 400, body: { error } });
  });

  test('outlives a client that leaves in the middle of its request', async () => {
    const { url } = await start();
    await new Promise<void>((resolve) => {
      const half = request(`${url}/faults`, { method: 'POST', headers: { 'content-length': 100 } });
      half.on('error', () => undefined).on('close', () => resolve());
      half.write('{', () => half.destroy());
    });
    expect((await call(`${url}/ledger`)).status).toBe(200);
  });

  test('lets go of its port and its connections', async () => {
    const { url } = await start();
    await call(`${url}/ledger`);
    await control?.close();
    await expect(fetch(`${url}/ledger`)).rejects.toThrow('fetch failed');
  });

  test('is refused a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const { port } = taken.address() as AddressInfo;
    await expect(startControl({ exchange: new FakeExchange(), site, clock, port })).rejects.toMatchObject({
      code: 'E_PORT_IN_USE',
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
    });
    taken.close();
  });
});
