import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { message } from '../fake-venue.js';
import { SiteHarness } from '../site-harness.js';

let open: SiteHarness | null = null;

async function site(...args: Parameters<typeof SiteHarness.open>): Promise<SiteHarness> {
  open = await SiteHarness.open(...args);
  return open;
}

afterEach(async () => {
  await open?.close();
  open = null;
});

/** A stream that is subscribed to `s.AAA` and `s.BBB`, with its first messages read. */
async function subscribed(harness: SiteHarness, endpoint = 0) {
  const client = await harness.stream('/', endpoint);
  for (const stream of ['s.AAA', 's.BBB']) {
    client.socket.send(`subscribe ${stream}`);
    expect([await client.next(), await client.next()]).toEqual(['subscribed', '{"id":10}']);
  }
  const sink = harness.venue.sinks.at(-1);
  const publish = (stream: string, ...ids: number[]): void => {
    for (const id of ids) sink?.publish(message(stream, id));
  };
  /** What has arrived by the time that everything sent so far has. */
  const arrived = async (): Promise<string[]> => {
    const echo = once(client.socket, 'pong');
    client.socket.ping();
    await echo;
    return client.frames.splice(0);
  };
  await arrived();
  return { ...client, publish, arrived };
}

const frames = (...ids: number[]): string[] => ids.map((id) => `{"id":${id}}`);

describe.each([
  { tls: false, rttMs: 0 },
  { tls: true, rttMs: 4 },
])('with tls $tls and a round trip of $rttMs ms', ({ tls, rttMs }) => {
  test('drop-messages leaves messages of the symbol out, and counts them as withheld and not as sent', async () => {
    const harness = await site(tls, rttMs);
    const { publish, arrived } = await subscribed(harness);
    await harness.fault({ kind: 'drop-messages' }, 300, { symbol: 'BBB' });
    publish('s.AAA', 13);
    publish('s.BBB', 13, 14);
    expect(await arrived()).toEqual(frames(13));
    expect(harness.touched).toBe(2);
    await harness.lifted();
    publish('s.BBB', 15);
    expect(await arrived()).toEqual(frames(15));
    const { counts, subscriptions } = harness.site.snapshot();
    expect(counts).toMatchObject({ messagesSent: 4, withheld: 2, closedByFault: 0 });
    expect(subscriptions.find(({ stream }) => stream === 's.BBB')?.sent).toEqual([
      [10, 12],
      [15, 15],
    ]);
  });

  test('duplicate-messages sends them twice, and books them twice', async () => {
    const harness = await site(tls, rttMs);
    const { publish, arrived } = await subscribed(harness);
    await harness.fault({ kind: 'duplicate-messages' }, 200);
    publish('s.AAA', 13, 14);
    expect(await arrived()).toEqual(frames(13, 13, 14, 14));
    await harness.lifted();
    publish('s.AAA', 15);
    expect(await arrived()).toEqual(frames(15));
    const { counts, subscriptions } = harness.site.snapshot();
    expect(counts).toMatchObject({ messagesSent: 7, withheld: 0 });
    expect(subscriptions.find(({ stream }) => stream === 's.AAA')).toMatchObject({ messagesSent: 6, sent: [[10, 15]] });
  });

  test('reorder-messages swaps them, and lets the last one go at the lift or the unsubscribe', async () => {
    const harness = await site(tls, rttMs);
    const { socket, publish, arrived } = await subscribed(harness);
    await harness.fault({ kind: 'reorder-messages' }, 300);
    publish('s.AAA', 13, 14, 15);
    publish('s.BBB', 13);
    expect(await arrived()).toEqual(frames(14, 13));
    socket.send('unsubscribe s.BBB');
    expect(await arrived()).toEqual([...frames(13), 'unsubscribed']);
    await harness.lifted();
    expect(await arrived()).toEqual(frames(15));
    publish('s.AAA', 16);
    expect(await arrived()).toEqual(frames(16));
    expect(harness.site.snapshot().counts).toMatchObject({ messagesSent: 7, withheld: 0, violations: {} });
  });

  test('crossed-book spoils what can be crossed, and wrong-checksum has nothing to spoil here', async () => {
    const harness = await site(tls, rttMs);
    const { publish, arrived } = await subscribed(harness);
    await harness.fault({ kind: 'wrong-checksum' }, 600);
    publish('s.AAA', 13);
    expect(harness.touched).toBe(0);
    await harness.fault({ kind: 'crossed-book' }, 200, { symbol: 'AAA' });
    publish('s.AAA', 14);
    publish('s.BBB', 13);
    expect(await arrived()).toEqual([...frames(13), '{"crossed":14}', ...frames(13)]);
    expect(harness.touched).toBe(1);
    await harness.pass(200);
    await harness.until(({ faults }) => faults[1]?.liftedAtMs != null);
    publish('s.AAA', 15);
    expect(await arrived()).toEqual(frames(15));
  });

  test('stream-stall stops the data of the symbol while replies, pongs and new subscriptions go on', async () => {
    const harness = await site(tls, rttMs);
    const { socket, publish, arrived } = await subscribed(harness);
    await harness.fault({ kind: 'stream-stall' }, 300, { symbol: 'AAA' });
    publish('s.AAA', 13, 14);
    publish('s.BBB', 13);
    socket.send('ping');
    socket.send('subscribe t.AAA');
    // The venue's ping is answered, and it says so.
    const heard = [...(await arrived()), ...(await arrived())];
    expect(heard.toSorted()).toEqual([...frames(13), 'pong payload', 'subscribed'].toSorted());
    expect(harness.touched).toBe(2);
    const stalled = harness.site.snapshot();
    expect(stalled.counts).toMatchObject({ withheld: 3, messagesSent: 3, subscribes: 3 });
    await harness.lifted();
    publish('s.AAA', 15);
    expect(await arrived()).toEqual(frames(15));
  });

  test('lost-ack swallows acknowledgements; the subscription takes effect all the same', async () => {
    const harness = await site(tls, rttMs);
    const { socket, arrived } = await subscribed(harness);
    await harness.fault({ kind: 'lost-ack' }, 300, { symbol: 'BBB' });
    for (const word of ['subscribe t.BBB', 'unsubscribe s.BBB', 'subscribe t.AAA']) socket.send(word);
    expect(await arrived()).toEqual(['{"id":10}', 'subscribed', '{"id":10}']);
    expect(harness.touched).toBe(2);
    expect(harness.site.snapshot().counts).toMatchObject({ subscribes: 4, unsubscribes: 1 });
    await harness.lifted();
    socket.send('unsubscribe t.BBB');
    expect(await arrived()).toEqual(['unsubscribed']);
  });
});

test('faults of messages keep to their endpoint', async () => {
  const harness = await site(false, 0);
  const here = await subscribed(harness, 0);
  const there = await subscribed(harness, 1);
  await harness.fault({ kind: 'drop-messages' }, 60_000, { endpoint: 1 });
  here.publish('s.AAA', 13);
  there.publish('s.AAA', 13);
  expect([await here.arrived(), await there.arrived()]).toEqual([frames(13), []]);
});

test('a share of the messages is dropped, and ledger and client agree on which', async () => {
  const harness = await site(false, 0);
  const { publish, arrived } = await subscribed(harness);
  await harness.fault({ kind: 'drop-messages' }, 60_000, { share: 0.3 });
  for (let id = 13; id < 213; id += 1) publish('s.AAA', id);
  const got = (await arrived()).map((frame) => (JSON.parse(frame) as { id: number }).id);
  const { counts, subscriptions } = harness.site.snapshot();
  const sent = subscriptions.find(({ stream }) => stream === 's.AAA')?.sent ?? [];
  expect(sent.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))).toEqual([
    10,
    11,
    12,
    ...got,
  ]);
  expect(counts.withheld).toBe(200 - got.length);
  expect(harness.touched).toBe(counts.withheld);
  // 60 expected; six standard deviations are 39.
  expect(Math.abs(counts.withheld - 60)).toBeLessThan(39);
});

test('a message that waits for the next one when its connection is cut counts as withheld', async () => {
  const harness = await site(false, 0);
  const { socket, publish } = await subscribed(harness);
  await harness.fault({ kind: 'reorder-messages' }, 60_000);
  publish('s.AAA', 13);
  socket.terminate();
  const { counts } = await harness.until(({ counts }) => counts.closedByClient === 1);
  expect(counts).toMatchObject({ withheld: 1, messagesSent: 2 });
});
