import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { FrameWriter } from '../../src/exchange/frame-writer.js';
import { textFrame } from '../../src/exchange/text-frame.js';
import type { StreamMessage } from '../../src/exchange/venue.js';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A WebSocket from both sides, and what its client heard. */
async function open(
  perMessageDeflate: boolean,
): Promise<{ socket: WebSocket; wire: Duplex; heard: string[]; client: WebSocket }> {
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate });
  const server = createServer();
  const served = new Promise<{ socket: WebSocket; wire: Duplex }>((resolve) => {
    server.on('upgrade', (request: IncomingMessage, wire: Duplex, head: Buffer) => {
      upgrades.handleUpgrade(request, wire, head, (socket) => {
        resolve({ socket, wire });
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate });
  const heard: string[] = [];
  client.on('message', (data: Buffer, isBinary) => heard.push(isBinary ? 'binary' : data.toString()));
  client.on('close', (code) => heard.push(`closed with ${code}`));
  closing.push(() => {
    client.terminate();
    server.close();
  });
  return { ...(await served), heard, client };
}

const message = (frame: string | Buffer, wire?: Buffer): StreamMessage => ({
  stream: 's',
  symbol: 'A',
  frame,
  firstId: 1,
  lastId: 1,
  ...(wire && { wire }),
});

describe('a text frame', () => {
  test('starts with its length in the shortest of the three forms, and carries the text', () => {
    const heads = [0, 125, 126, 65_535, 65_536, 70_000].map((length) => {
      const frame = textFrame('x'.repeat(length));
      return [length, frame.subarray(0, frame.length - length).toString('hex')];
    });
    expect(heads).toEqual([
      [0, '8100'],
      [125, '817d'],
      [126, '817e007e'],
      [65_535, '817effff'],
      [65_536, '817f0000000000010000'],
      [70_000, '817f0000000000011170'],
    ]);
  });

  test('is the same for a text and for its bytes, whatever the script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const bytes = Buffer.from(text);
        const frame = textFrame(text);
        expect(frame.equals(textFrame(bytes))).toBe(true);
        expect(frame.subarray(frame.length - bytes.length).equals(bytes)).toBe(true);
      }),
    );
  });
});

describe.each([
  ['plain', false],
  ['compressing', true],
])('over a %s WebSocket', (_, deflate) => {
  test('market data arrives whole and in order with what the socket sends itself', async () => {
    const { socket, wire, heard, client } = await open(deflate);
    expect(socket.extensions !== '').toBe(deflate);
    const writer = new FrameWriter(socket, wire);
    const expected: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      const text = `${index} ${'ä'.repeat([1, 100, 900, 40_000][index % 4] ?? 0)}`;
      expected.push(text);
      if (index % 3 === 0) socket.send(text);
      else if (index % 3 === 1) writer.send(message(text, textFrame(text)));
      else writer.send(message(Buffer.from(text)));
      if (index % 10 === 9) await new Promise(setImmediate);
    }
    socket.close(1001);
    await once(client, 'close');
    expect(heard).toEqual([...expected, 'closed with 1001']);
  });
});

test('what is sent in one turn goes to the stream below as one', async () => {
  const { socket, wire, heard, client } = await open(false);
  const writer = new FrameWriter(socket, wire);
  for (const text of ['a', 'b', 'c']) writer.send(message(text));
  expect(wire.writableCorked).toBe(1);
  await new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
  expect(wire.writableCorked).toBe(0);
  while (heard.length < 3) await once(client, 'message');
  expect(heard).toEqual(['a', 'b', 'c']);
});
