import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Rules } from '../../../../src/exchange/rules.js';
import type { FaultSpec } from '../../../../src/exchange/protocol.js';
import { venues } from '../../../../src/exchange/venues/index.js';
import type { DecodedFrame, StreamProtocol } from '../../../../src/pool/websocket/protocol.js';
import { createTracker } from '../../../../src/pool/websocket/sequence/index.js';
import * as protocols from '../../../../src/pool/websocket/venues/index.js';
import { HostedVenue } from '../../../exchange/venues/hosted-venue.js';

interface Case {
  readonly venue: keyof typeof venues;
  readonly protocol: StreamProtocol;
  readonly stream: string;
  /** The venue's deadlines, so short that a client that does not keep them is gone within the test. */
  readonly rules: Rules;
}

const CASES: readonly Case[] = [
  {
    venue: 'binance',
    protocol: protocols.binanceStreams,
    stream: 'btcusdt@depth@100ms',
    rules: { pingEveryMs: 400, pongTimeoutMs: 1000 },
  },
  {
    venue: 'binance-usdm',
    protocol: protocols.binanceUsdmStreams,
    stream: 'btcusdt@depth@100ms',
    rules: { pingEveryMs: 400, pongTimeoutMs: 1000 },
  },
  {
    venue: 'okx',
    protocol: protocols.scaled(protocols.okxStreams, 0.02),
    stream: 'books:BTC-USDT',
    rules: { idleMs: 1000 },
  },
  {
    venue: 'deribit',
    protocol: protocols.deribitStreams,
    stream: 'book.BTC-PERPETUAL.100ms',
    rules: { heartbeatMs: 150, heartbeatAnswerMs: 800, idleMs: 1000 },
  },
  {
    venue: 'bybit',
    protocol: protocols.scaled(protocols.bybitSpotStreams, 0.02),
    stream: 'spot:orderbook.50.BTCUSDT',
    rules: { idleMs: 1000 },
  },
  {
    venue: 'coinbase',
    protocol: protocols.coinbaseStreams,
    stream: 'matches:BTC-USD',
    rules: { subscribeWithinMs: 1000 },
  },
];

const HELD_MS = 2300;
const NOTICE: FaultSpec = { kind: 'maintenance-notice', leadMs: 500 };
const hosted = (venue: keyof typeof venues, rules: Rules) =>
  HostedVenue.open(venues[venue], { rules, activity: 3, limits: 'enforce' });

/** As little of a client as a protocol needs: it greets, pings, replies, and keeps what it is told. */
class PlainClient {
  readonly frames: DecodedFrame[] = [];
  readonly socket: WebSocket;
  readonly #protocol: StreamProtocol;
  readonly #codec: ReturnType<NonNullable<StreamProtocol['open']>>;
  #heartbeat: NodeJS.Timeout | undefined;
  #ids = 0;

  constructor(url: string, protocol: StreamProtocol) {
    this.#protocol = protocol;
    this.#codec = protocol.open?.() ?? protocol;
    this.socket = new WebSocket(url + protocol.path);
    this.socket.on('message', (data: Buffer) => this.#read(this.#codec.decode(data.toString())));
  }

  async open(): Promise<void> {
    await once(this.socket, 'open');
    for (const frame of this.#protocol.greeting?.(this.#id()) ?? []) this.socket.send(frame);
    const { heartbeat } = this.#protocol;
    if (heartbeat)
      this.#heartbeat = setInterval(() => this.socket.send(heartbeat.encode(this.#id())), heartbeat.everyMs);
  }

  async ask(kind: 'encodeSubscribe' | 'encodeUnsubscribe', streams: readonly string[]): Promise<DecodedFrame> {
    const id = this.#id();
    this.socket.send(this.#codec[kind](streams, id));
    return this.heard((frame) => frame.kind === 'ack' && frame.id === id);
  }

  async heard(wanted: (frame: DecodedFrame) => boolean): Promise<DecodedFrame> {
    for (;;) {
      const found = this.frames.find(wanted);
      if (found) return found;
      await once(this.socket, 'message');
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.socket.terminate();
  }

  #read(frame: DecodedFrame): void {
    this.frames.push(frame);
    if (frame.kind === 'ping') this.socket.send(frame.reply);
  }

  #id(): number {
    this.#ids += 1;
    return this.#ids;
  }
}

async function withClient(
  { venue, protocol, rules }: Omit<Case, 'stream'>,
  use: (client: PlainClient, site: HostedVenue) => Promise<void>,
): Promise<void> {
  const site = await hosted(venue, rules);
  const client = new PlainClient(site.ws, protocol);
  try {
    await client.open();
    await use(client, site);
  } finally {
    client.close();
    await site.close();
  }
}

describe.concurrent('over real sockets', () => {
  it.each(CASES)('$venue takes requests, sends data and keeps the connection past its deadlines', async (one) => {
    await withClient(one, async (client, site) => {
      expect(await client.ask('encodeSubscribe', [one.stream])).toMatchObject({ ok: true });
      await new Promise((resolve) => {
        setTimeout(resolve, HELD_MS);
      });
      expect(await client.ask('encodeUnsubscribe', [one.stream])).toMatchObject({ ok: true });
      expect(client.socket.readyState).toBe(WebSocket.OPEN);
      const messages = client.frames.flatMap((frame) => (frame.kind === 'data' ? [frame] : []));
      expect(messages.length).toBeGreaterThan(3);
      const tracker = createTracker(one.protocol.sequenceOf(one.stream));
      expect(new Set(messages.slice(1).map((message) => tracker.judge(message).kind))).toEqual(new Set(['next']));
      const { subscriptions, counts } = await site.snapshot();
      expect(subscriptions.map(({ stream, messagesSent }) => [stream, messagesSent])).toEqual([
        [one.stream, messages.length],
      ]);
      expect(counts).toMatchObject({ subscribes: 1, unsubscribes: 1, violations: {} });
    });
  });

  it.each([
    ['okx', protocols.scaled(protocols.okxStreams, 0.02), { idleMs: 1000 }],
    ['bybit', protocols.scaled(protocols.bybitSpotStreams, 0.02), { idleMs: 1000 }],
    ['deribit', protocols.deribitStreams, { heartbeatMs: 150, heartbeatAnswerMs: 800, idleMs: 1000 }],
  ] as const)('%s keeps a connection that carries nothing, by its heartbeat', async (venue, protocol, rules) => {
    await withClient({ venue, protocol, rules }, async (client) => {
      await client.heard(({ kind }) => kind === (venue === 'deribit' ? 'ping' : 'pong'));
      await new Promise((resolve) => {
        setTimeout(resolve, HELD_MS);
      });
      expect(client.socket.readyState).toBe(WebSocket.OPEN);
    });
  });

  it('Binance says that it is leaving before it does', async () => {
    const rules = { maxAgeMs: 1500, shutdownNoticeMs: 700 };
    await withClient({ venue: 'binance', protocol: protocols.binanceStreams, rules }, async (client) => {
      const closed = once(client.socket, 'close');
      expect(await client.heard(({ kind }) => kind === 'leaving')).toEqual({ kind: 'leaving' });
      expect((await closed)[0]).toBe(1001);
    });
  });

  it('OKX says that it is leaving, by a faster clock', async () => {
    const protocol = protocols.scaled(protocols.okxStreams, 0.02);
    await withClient({ venue: 'okx', protocol, rules: { idleMs: 1000 } }, async (client, site) => {
      await site.inject(NOTICE, 1000);
      expect(await client.heard(({ kind }) => kind === 'leaving')).toEqual({ kind: 'leaving', withinMs: 1200 });
    });
  });

  it('Deribit says that it is leaving to who listens', async () => {
    await withClient({ venue: 'deribit', protocol: protocols.deribitStreams, rules: {} }, async (client, site) => {
      await client.ask('encodeSubscribe', ['platform_state']);
      await site.inject(NOTICE, 1000);
      expect(await client.heard(({ kind }) => kind === 'leaving')).toEqual({ kind: 'leaving' });
    });
  });
});
