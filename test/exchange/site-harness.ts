import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { FakeClock, systemClock } from '../../src/base/index.js';
import { type Authority, createAuthority } from '../../src/exchange/authority.js';
import type { FaultScope, FaultSpec, LedgerSnapshot, SiteConfig, SiteInfo } from '../../src/exchange/protocol.js';
import { Site } from '../../src/exchange/site.js';
import { Scheduler } from '../../src/link/index.js';
import { FakeVenue } from './fake-venue.js';

let authority: Promise<Authority> | null = null;

/** A site with a fake venue and clients that are closed with it. */
export class SiteHarness {
  readonly venue = new FakeVenue();
  readonly site: Site;
  info!: SiteInfo;
  readonly #clock: FakeClock;
  readonly #clients: (() => void)[] = [];
  #faults = 0;

  private constructor(clock: FakeClock, site: (venue: FakeVenue) => Site) {
    this.#clock = clock;
    this.site = site(this.venue);
  }

  /**
   * The site's own time, which faults go by, stands still until a test moves it, so that no fault is over before the
   * test has looked at it. The link takes real time, unless the test brings a clock: then that is the link's as well.
   */
  static async open(
    tls: boolean,
    rttMs: number,
    own?: FakeClock,
    changes: Partial<SiteConfig> = {},
  ): Promise<SiteHarness> {
    authority ??= createAuthority();
    const clock = own ?? new FakeClock();
    const parts = { clock, scheduler: new Scheduler(own ?? systemClock), authority: tls ? await authority : null };
    const config = {
      id: 's',
      venues: ['fake'],
      seed: '1',
      endpoints: 2,
      tls,
      symbols: 2,
      activity: 1,
      link: { rttMs },
      ...changes,
    };
    const harness = new SiteHarness(clock, (venue) => new Site(config, { ...parts, venues: [venue] }));
    harness.info = await harness.site.open();
    return harness;
  }

  async close(): Promise<LedgerSnapshot> {
    for (const close of this.#clients.splice(0)) close();
    return this.site.close();
  }

  /** Opens a raw client connection; resolves when it is usable for the client. */
  async dial(options: { endpoint?: number; session?: Buffer } = {}): Promise<Socket> {
    const socket = this.begin(options);
    await once(socket, this.info.ca ? 'secureConnect' : 'connect');
    return socket;
  }

  /** Begins to dial. */
  begin({ endpoint = 0, session }: { endpoint?: number; session?: Buffer } = {}): Socket {
    const port = Number(new URL(this.info.endpoints[endpoint]?.rest ?? '').port);
    const socket = this.info.ca
      ? connectTls({ host: '127.0.0.1', port, ca: this.info.ca, ...(session ? { session } : {}) })
      : connectPlain({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    this.#clients.push(() => socket.destroy());
    return socket;
  }

  /** Sends one request and resolves with the status and the body of the answer. */
  async request(socket: Socket, path: string): Promise<string> {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return this.answer(socket);
  }

  /** Resolves with the status and the body of the next answer. */
  async answer(socket: Socket): Promise<string> {
    let text = '';
    const whole = /^HTTP\/1\.1 (\d+)[\s\S]*content-length: (\d+)[\s\S]*?\r\n\r\n([\s\S]*)$/i;
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      text += chunk.toString();
      const match = whole.exec(text);
      if (match && (match[3] ?? '').length >= Number(match[2])) return `${match[1]} ${match[3]}`;
    }
  }

  /** Opens a WebSocket; every frame that arrives is kept in `frames`. */
  async stream(
    path: string,
    endpoint = 0,
  ): Promise<{ socket: WebSocket; frames: string[]; next: () => Promise<string> }> {
    const ca = this.info.ca;
    const socket = new WebSocket(`${this.info.endpoints[endpoint]?.ws}${path}`, ca ? { ca } : {});
    this.#clients.push(() => {
      socket.terminate();
    });
    const frames: string[] = [];
    let read = 0;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => frames.push(data.toString()));
    await once(socket, 'open');
    const next = async (): Promise<string> => {
      while (frames.length <= read) await once(socket, 'message');
      return frames[read++] ?? '';
    };
    return { socket, frames, next };
  }

  /** Injects a fault now, into endpoint 0 unless the scope says otherwise, and resolves when it has taken effect. */
  async fault(
    spec: FaultSpec | 'refuse' | 'reset' | 'silence',
    durationMs: number,
    scope: Partial<FaultScope> = {},
  ): Promise<void> {
    const what = typeof spec === 'string' ? { kind: spec } : spec;
    const id = `${what.kind} ${(this.#faults += 1)}`;
    this.site.inject([{ id, endpoint: 0, atMs: 0, durationMs, ...what, ...scope }]);
    await this.pass(0);
    await this.until(({ faults }) => faults.some((fault) => fault.id === id));
  }

  /** What the newest fault has hit so far. */
  get touched(): number | undefined {
    return this.site.snapshot().faults.at(-1)?.touched;
  }

  /** Lets this much of the site's time pass. */
  async pass(ms: number): Promise<void> {
    await this.#clock.advance(ms);
  }

  /** Lets the faults that last come to their end; at most a minute. */
  async lifted(): Promise<void> {
    await this.pass(60_000);
    await this.until(({ faults }) => faults.every((fault) => fault.liftedAtMs !== null));
  }

  /** Waits until a snapshot fulfils `condition`. Rows of connections that end meanwhile are consumed. */
  async until(condition: (snapshot: LedgerSnapshot) => boolean): Promise<LedgerSnapshot> {
    for (;;) {
      const snapshot = this.site.snapshot();
      if (condition(snapshot)) return snapshot;
      await pause(5);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
