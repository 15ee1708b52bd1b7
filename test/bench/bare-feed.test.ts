import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ROOT } from '../imports.js';

interface Feed {
  readonly origin: string;
  tell(message: { count: number }): void;
  close(): Promise<void>;
}

interface Frame {
  readonly stream: string;
  readonly data: { readonly U?: number; readonly u?: number; readonly t?: number; readonly b?: unknown };
}

const DEPTH = '{"stream":"a@depth","data":{"e":"depthUpdate","E":1,"s":"A","U":1000,"u":1004,"b":[["1","2"]],"a":[]}}';
const TRADE = '{"stream":"a@trade","data":{"e":"trade","E":1,"s":"A","t":77,"p":"1","q":"2","T":1,"m":true,"M":true}}';

async function listen(origin: string, frames: Frame[]): Promise<WebSocket> {
  const socket = new WebSocket(`${origin}/stream`);
  await once(socket, 'open');
  socket.send('{"method":"SUBSCRIBE","params":["a@depth"],"id":7}');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(answer.toString())).toEqual({ result: null, id: 7 });
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame));
  return socket;
}

test('the feed sends what was recorded to all its clients, with ids that go on from one flood to the next', async () => {
  const bare = (await import(join(ROOT, 'bench/bare.mjs'))) as { startBareFeed(options: object): Promise<Feed> };
  const feed = await bare.startBareFeed({ recording: [DEPTH, TRADE, DEPTH] });
  try {
    const heard: Frame[][] = [[], []];
    const sockets = await Promise.all(heard.map((frames) => listen(feed.origin, frames)));
    for (const total of [100, 150]) {
      feed.tell({ count: total === 100 ? 100 : 50 });
      await expect.poll(() => heard.map(({ length }) => length)).toEqual([total, total]);
    }
    expect(heard[1]).toEqual(heard[0]);
    const depth = (heard[0] ?? []).filter(({ stream }) => stream === 'a@depth').map(({ data }) => [data.U, data.u]);
    expect(depth).toEqual(Array.from({ length: 100 }, (_, index) => [5 * index + 1, 5 * index + 5]));
    const trades = (heard[0] ?? []).filter(({ stream }) => stream === 'a@trade').map(({ data }) => data.t);
    expect(trades).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    for (const socket of sockets) socket.terminate();
  } finally {
    await feed.close();
  }
});
