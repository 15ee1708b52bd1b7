import { expect } from 'vitest';
import { type FakeConnection, nth } from '../fake-venue.js';
import type { StreamScenario } from './scene.js';

/** Times of all frames that a connection was sent in a minute, requests and replies. */
function expectWithin(times: readonly number[], count: number, perMs: number, symptom: string): void {
  const close = times.slice(count).filter((atMs, index) => atMs - nth(times, index) <= perMs);
  expect(close, symptom).toEqual([]);
}

const open = (connections: readonly FakeConnection[]) => connections.filter((connection) => connection.open);

export const renewedAndLost: StreamScenario = {
  name: 'a connection that was renewed is dialled again when it drops (@binance/common 2.4.9)',
  symptom: 'nobody dialled',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene();
    const ids: number[] = [];
    clients[0]?.subscribe('s', (id) => ids.push(id));
    await clock.advance(0);
    nth(venue.open, 0).say({ kind: 'leaving' });
    await clock.advance(5000);
    expect(venue.open).toHaveLength(1);
    nth(venue.open, 0).drop();
    await clock.advance(5000);
    expect(venue.open, 'nobody dialled').toHaveLength(1);
    nth(venue.open, 0).data('s', 1);
    expect(ids).toEqual([1]);
    await clients[0]?.close();
  },
};

export const twiceInOverlap: StreamScenario = {
  name: 'nothing comes twice while two connections overlap (@binance/common 2.4.9)',
  symptom: 'came twice',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene();
    const ids: number[] = [];
    clients[0]?.subscribe('s', (id) => ids.push(id));
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    venue.connection(0).say({ kind: 'leaving' });
    for (let id = 2; id <= 50; id += 1) {
      await clock.advance(20);
      for (const connection of venue.open) if (connection.subscribed.has('s')) connection.data('s', id);
    }
    expect(ids.length - new Set(ids).size, 'came twice').toBe(0);
    expect(new Set(ids).size).toBe(50);
    await clients[0]?.close();
  },
};

export const lateClose: StreamScenario = {
  name: 'a late close of an old socket does not double the connections (binance-connector-python #505, #528)',
  symptom: 'more connections than before',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene();
    clients[0]?.subscribe('s', () => {});
    await clock.advance(20_000);
    for (let round = 0; round < 3; round += 1) {
      nth(venue.open, 0).drop();
      for (const connection of venue.connections) if (!connection.open) connection.closeAgain();
      await clock.advance(20_000);
    }
    expect(venue.open.length, 'more connections than before').toBe(1);
    await clients[0]?.close();
  },
};

export const halfOpen: StreamScenario = {
  name: 'a peer that never says a word is found (ws #702, reconnecting-websocket #98)',
  symptom: 'still waiting for a dead peer',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene();
    venue.born = (connection) => {
      connection.silent = venue.connections.length === 1;
    };
    clients[0]?.subscribe('s', () => {});
    await clock.advance(30_000);
    expect(venue.dials, 'still waiting for a dead peer').toBe(2);
    await clients[0]?.close();
  },
};

export const stalledBehindPings: StreamScenario = {
  name: 'a stream that stalls is noticed while pings are answered (hummingbot #8250)',
  symptom: 'a stalled stream was left alone',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene();
    clients[0]?.subscribe('busy', () => {});
    await clock.advance(0);
    venue.connection(0).data('busy', 1);
    for (let elapsed = 0; elapsed < 120_000; elapsed += 1000) {
      for (const connection of venue.open) connection.say({ kind: 'pong' });
      await clock.advance(1000);
    }
    const asked = venue.connections.flatMap(({ requests }) => requests).filter(({ op }) => op === 'subscribe');
    expect(asked.length, 'a stalled stream was left alone').toBeGreaterThan(1);
    await clients[0]?.close();
  },
};

export const lostOnReconnect: StreamScenario = {
  name: 'every subscription survives a reconnect, acknowledged or not (nktkas/hyperliquid #23, pybit #13)',
  symptom: 'subscriptions were lost',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene();
    venue.answers = false;
    clients[0]?.subscribe('s0', () => {});
    await clock.advance(0);
    nth(venue.open, 0).answer();
    clients[0]?.subscribe('s1', () => {});
    await clock.advance(0);
    venue.answers = true;
    nth(venue.open, 0).drop();
    await clock.advance(5000);
    const carried = venue.open.flatMap(({ subscribed }) => Array.from(subscribed));
    expect(carried.sort(), 'subscriptions were lost').toEqual(['s0', 's1']);
    await clients[0]?.close();
  },
};

export const resubscribeStorm: StreamScenario = {
  name: 'resubscribing keeps the venue’s limit on messages (binance-connector-go #90, bybit-api #174)',
  symptom: 'too many requests at once',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene({
      requests: { count: 5, perMs: 1000 },
      maxStreamsPerRequest: 10,
    });
    for (let index = 0; index < 100; index += 1) {
      clients[0]?.subscribe(`s${index}`, () => {});
      await clock.advance(1100);
    }
    nth(venue.open, 0).drop();
    await clock.advance(30_000);
    const again = nth(venue.connections, 1);
    const times = again.requests.map(({ atMs }) => atMs);
    expectWithin(times, 5, 1000, 'too many requests at once');
    expect(again.subscribed.size).toBe(100);
    await clients[0]?.close();
  },
};

export const pingsOverTheLimit: StreamScenario = {
  name: 'answers to pings count against the limit, and are sent once (sieblyio/binance #304)',
  symptom: 'answered more than once',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene({ requests: { count: 3, perMs: 1000 } });
    clients[0]?.subscribe('s', () => {});
    await clock.advance(2000);
    const connection = nth(venue.open, 0);
    for (let round = 0; round < 10; round += 1) {
      connection.say({ kind: 'ping', reply: '{"pong":1}' });
      await clock.advance(1200);
    }
    expect(connection.texts.length, 'answered more than once').toBe(10);
    await clients[0]?.close();
  },
};

export const quietMarket: StreamScenario = {
  name: 'a quiet market is not taken for a dead connection (cryptofeed #223, #226, #536)',
  symptom: 'a quiet connection was left',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene();
    clients[0]?.subscribe('quiet', () => {});
    await clock.advance(0);
    nth(venue.open, 0).data('quiet', 1);
    await clock.advance(600_000);
    expect(venue.dials, 'a quiet connection was left').toBe(1);
    await clients[0]?.close();
  },
};

export const lockstep: StreamScenario = {
  name: 'clients that are cut together do not come back together (coder PR #24096)',
  symptom: 'all at the same moment',
  run: async (openScene) => {
    const { clock, venue, clients } = openScene({}, 50);
    for (const [index, client] of clients.entries()) client.subscribe(`s${index}`, () => {});
    await clock.advance(30_000);
    const before = venue.dials;
    for (const connection of open(venue.connections)) connection.drop();
    await clock.advance(10_000);
    const redials = venue.dialedAtMs.slice(before);
    expect(redials).toHaveLength(50);
    expect(new Set(redials.map((atMs) => Math.floor(atMs / 50))).size, 'all at the same moment').toBeGreaterThan(8);
    for (const client of clients) await client.close();
  },
};

export const quadratic: StreamScenario = {
  name: 'a subscription costs no more the more there are (npm binance)',
  symptom: 'streams written',
  run: async (openScene) => {
    let written = 0;
    const { clock, clients } = openScene({
      encodeSubscribe: (streams, id) => {
        written += streams.length;
        return JSON.stringify({ op: 'subscribe', streams, id });
      },
    });
    await clock.advance(0);
    for (let index = 0; index < 300; index += 1) clients[0]?.subscribe(`s${index}`, () => {});
    await clock.advance(10_000);
    expect(written, 'streams written').toBeLessThanOrEqual(300);
    await clients[0]?.close();
  },
};
