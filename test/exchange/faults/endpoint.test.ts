import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { Endpoint } from '../../../src/exchange/endpoint.js';
import { SiteHarness } from '../site-harness.js';

const AWAY = '127.0.0.16';
let endpoint: Endpoint | null = null;

afterEach(async () => {
  await endpoint?.close();
  endpoint = null;
});

function create(): Endpoint {
  endpoint = new Endpoint(AWAY, (raw) => {
    raw.destroy();
    throw new Error('nobody is meant to get through');
  });
  return endpoint;
}

/** Whether somebody else could listen there now, which is to say that the endpoint does not. */
async function free(port: number, host: string): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, host, () => resolve(true));
  });
  if (listens) await new Promise((resolve) => server.close(resolve));
  return listens;
}

type Change = 'stop' | 'move';
/** How far things get before the next turn: not at all, into the middle of listening, or to their end. */
type Wait = 'none' | 'some' | 'all';
const turn: fc.Arbitrary<readonly [Change, Wait]> = fc.tuple(
  fc.constantFrom('stop', 'move'),
  fc.constantFrom('none', 'some', 'all'),
);

async function turnOf(subject: Endpoint, change: Change, begins: boolean): Promise<void> {
  if (change === 'move') await (begins ? subject.move() : subject.moveBack());
  else if (begins) subject.stopListening();
  else await subject.listen();
}

test('however stops and moves overlap, it ends up listening where it should and nowhere else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 10 }), async (turns) => {
      const subject = create();
      await subject.start('127.0.0.1', 0);
      const held = { stop: 0, move: 0 };
      const settling: Promise<void>[] = [];
      for (const [change, wait] of turns) {
        // Begins what does not last, and ends what does, now and then.
        const begins = held[change] === 0 || (held[change] < 2 && wait === 'all');
        held[change] += begins ? 1 : -1;
        settling.push(turnOf(subject, change, begins));
        if (wait === 'all') await Promise.all(settling);
        if (wait === 'some') for (let i = 0; i < 6; i += 1) await Promise.resolve();
      }
      await Promise.all(settling);
      const listensAt = held.stop > 0 ? null : held.move > 0 ? AWAY : '127.0.0.1';
      for (const host of ['127.0.0.1', AWAY]) expect(await free(subject.port, host)).toBe(host !== listensAt);
      const { port } = subject;
      await subject.close();
      for (const host of ['127.0.0.1', AWAY, '127.0.0.254']) expect(await free(port, host)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('its port number is held while nobody listens on it', async () => {
  const subject = create();
  await subject.start('127.0.0.1', 0);
  subject.stopListening();
  const guard = connect({ port: subject.port, host: '127.0.0.254' });
  await once(guard, 'connect');
  guard.destroy();
  await subject.listen();
  expect(await free(subject.port, '127.0.0.254')).toBe(true);
});

test('its port number is held no longer once it is closed, even if it had only begun to be', async () => {
  const subject = create();
  await subject.start('127.0.0.1', 0);
  const { port } = subject;
  subject.stopListening();
  await subject.close();
  expect(await free(port, '127.0.0.254')).toBe(true);
});

describe('a port that is taken', () => {
  test('is refused by its name, and nothing stays open', async () => {
    // An address that nobody else uses, so that the port below is free.
    const host = '127.77.0.1';
    const taken = createServer().listen(0, host);
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    // The first endpoint gets its port, the second does not.
    const opening = SiteHarness.open(false, 0, undefined, { host, port: port - 1 });
    await expect(opening).rejects.toMatchObject({
      code: 'E_PORT_IN_USE',
      message: `port ${port} of ${host} is in use`,
    });
    expect(await free(port - 1, host)).toBe(true);
    taken.close();
  });

  test('and any other trouble keeps the words of the system', async () => {
    const opening = SiteHarness.open(false, 0, undefined, { host: '192.0.2.1' });
    await expect(opening).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});
