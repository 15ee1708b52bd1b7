import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { Claims, type Driver } from '../../src/driver/index.js';
import { ConnectionAccounts } from '../../src/pool/accounts.js';
import { Fleet } from '../../src/runner/arm/fleet.js';

class NamedDriver implements Driver {
  readonly accounts: Driver['accounts'];
  readonly calls: string[] = [];

  constructor(http: ConnectionAccounts | null) {
    this.accounts = { http, streams: null };
  }
  async start(): Promise<void> {
    this.calls.push('start');
  }
  async request(path: string): ReturnType<Driver['request']> {
    this.calls.push(path);
    return { status: 200, body: new Uint8Array() };
  }
  async subscribe(stream: string): Promise<void> {
    this.calls.push(`+${stream}`);
  }
  async unsubscribe(stream: string): Promise<void> {
    this.calls.push(`-${stream}`);
  }
  async close(): Promise<void> {
    this.calls.push('close');
  }
}

describe('the clients of several venues', () => {
  it('are started and closed together, and each gets the requests and streams of its venue', async () => {
    const [one, two] = [new NamedDriver(null), new NamedDriver(null)];
    const fleet = new Fleet(
      new Map([
        ['one', one],
        ['two', two],
      ]),
    );
    await fleet.start();
    await fleet.request('two', '/x');
    fleet.home('s', 'one');
    await fleet.subscribe('s', { acknowledged: () => {}, interrupted: () => {}, message: () => {}, gap: () => {} });
    await fleet.unsubscribe('s');
    await fleet.close();
    expect(one.calls).toEqual(['start', '+s', '-s', 'close']);
    expect(two.calls).toEqual(['start', '/x', 'close']);
    expect(() =>
      fleet.subscribe('unheard of', { acknowledged() {}, interrupted() {}, message() {}, gap() {} }),
    ).toThrow(/no client/);
  });

  it('have accounts that add up', async () => {
    const clock = new FakeClock(0);
    const accounts = [new ConnectionAccounts(clock), new ConnectionAccounts(clock)];
    const fleet = new Fleet(new Map(accounts.map((one, i) => [String(i), new NamedDriver(one)])));
    fleet.begin();
    for (const [i, one] of accounts.entries()) {
      one.dialBegan();
      one.opened(30, { dnsMs: 0, tcpMs: 10 * (i + 1), tlsMs: 0, upgradeMs: 0 });
    }
    await clock.advance(100);
    fleet.offered();
    const { http, placements } = fleet.read();
    expect(placements).toBeNull();
    expect(http).toMatchObject({ opened: 2, setupPartsMs: { tcpMs: 30 }, integralsMs: { open: 200 } });
    expect(http?.setupMs.reduce((sum, [, count]) => sum + count, 0)).toBe(2);
  });
});

describe('claims about the endpoints of one venue among several', () => {
  it('are booked under the endpoints of the whole site', () => {
    const claims = new Claims();
    const book = claims.from(4);
    const facts = { carries: 'requests', connected: true, openedAtMs: null, closedAtMs: null } as const;
    const row = book.connection({ ...facts, endpoint: 1, localPort: 9, requestsSent: 0, responsesReceived: 0 });
    row.requestsSent = 3;
    book.declaredDead(0, 12);
    book.attempt('timeout', true);
    book.subscriptionAcknowledged();
    book.countFailovers(() => 2);
    expect(claims.read()).toMatchObject({
      attempts: 1,
      attemptFailures: 1,
      retries: 1,
      failovers: 2,
      subscriptionsAcknowledged: 1,
      declaredDead: [{ endpoint: 4, atMs: 12 }],
      connections: [{ endpoint: 5, requestsSent: 3 }],
    });
  });
});
