import { isIPv4 } from 'node:net';
import { MpBenchError, parseDurationMs, type Problem, systemClock, wallClockMs } from '../../base/index.js';
import { type ExchangeClient, startExchange } from '../../exchange/client.js';
import { parseLink } from '../../exchange/control/link.js';
import { startControl } from '../../exchange/control/server.js';
import type { SiteConfig, SiteInfo } from '../../exchange/protocol.js';
import { venues } from '../../exchange/venues/index.js';
import { plural } from '../../report/format.js';
import { AuthorityFile } from '../../runner/authority-file.js';
import { suggestion } from '../../scenario/suggest.js';
import { EXIT } from '../exit-codes.js';
import type { Io, StopSignal } from '../io.js';

/** The options of `mp-bench mock` as they were given. */
export interface MockFlags {
  readonly venue: string;
  readonly endpoints: string;
  readonly tls: boolean;
  readonly host: string;
  readonly port: string;
  readonly controlPort: string;
  readonly dns: boolean;
  readonly rtt: string;
  readonly jitter?: string;
  readonly bandwidth?: string;
  readonly seed: number;
  readonly symbols: string;
  readonly activity: string;
  readonly limits: 'observe' | 'enforce';
  readonly timeScale: string;
  readonly rule: readonly string[];
}

const SITE = 'mock';

/**
 * `mp-bench mock`: the mock exchange alone, until a signal stops it. One JSON line on stdout says where it listens:
 * `{ venue, endpoints: [{ rest, ws }], ca, control }`, where `ca` is the path of a PEM file that is removed at the end,
 * or null without TLS. With --dns there are `dns` and each endpoint's `name`, too.
 */
export async function mock(io: Io, flags: MockFlags): Promise<number> {
  const { config, controlPort } = settingsOf(flags);
  const authority = new AuthorityFile();
  const stop = stopOnSignal(io, authority);
  try {
    const exchange = await startExchange();
    try {
      const site = await exchange.open(config);
      const control = await startControl({ exchange, site, clock: systemClock, port: controlPort });
      try {
        if (stop.stoppedBy() === null) announce(io, flags, { site, control: control.url, ca: authority.path(site.ca) });
        return await untilStopped(io, exchange, stop);
      } finally {
        await control.close();
      }
    } finally {
      await exchange.shutdown();
    }
  } finally {
    authority.remove();
    stop.end();
  }
}

interface Running {
  readonly site: SiteInfo;
  readonly control: string;
  readonly ca: string | null;
}

function announce(io: Io, { venue, dns }: MockFlags, { site, control, ca }: Running): void {
  const endpoints = site.endpoints.map(({ rest, ws, name }) => ({ rest, ws, ...(dns && { name }) }));
  io.stdout.write(`${JSON.stringify({ venue, endpoints, ca, control, ...(dns && { dns: site.dns }) })}\n`);
  const lines = [
    `${venue} with ${plural(endpoints.length, 'endpoint')}, the first at ${endpoints[0]?.rest ?? ''}; Ctrl-C stops it`,
    `control: GET ${control}/ledger, POST ${control}/faults; GET ${control}/ tells more`,
  ];
  if (ca !== null) lines.push(`authority to trust: ${ca} (as NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, curl --cacert)`);
  io.stderr.write(`${lines.join('\n')}\n`);
}

/** Waits for a signal, and says what was served until then. Rejects when the exchange process ends by itself. */
async function untilStopped(io: Io, exchange: ExchangeClient, stop: Stop): Promise<number> {
  const signal = await Promise.race([stop.signalled, exchange.ended.then(() => null)]);
  if (signal === null) {
    await exchange.view(SITE);
    throw new MpBenchError('E_EXCHANGE', 'the exchange process ended');
  }
  // It may be gone by now as well, but the signal came first.
  const last = await exchange.close(SITE).catch(() => null);
  if (last) {
    const { accepted, requests, messagesSent } = last.counts;
    const served = [plural(accepted, 'connection'), plural(requests, 'request'), plural(messagesSent, 'message')];
    io.stderr.write(`served ${served.join(', ')}\n`);
  }
  return EXIT[signal];
}

interface Stop {
  readonly signalled: Promise<StopSignal>;
  readonly stoppedBy: () => StopSignal | null;
  readonly end: () => void;
}

/** The first signal asks to stop; a second one ends the process at once, and the exchange process ends with it. */
function stopOnSignal(io: Io, authority: AuthorityFile): Stop {
  let first: StopSignal | null = null;
  let end = (): void => undefined;
  const signalled = new Promise<StopSignal>((resolve) => {
    end = io.onSignal((signal) => {
      if (first) {
        authority.remove();
        io.exit(EXIT[signal]);
        return;
      }
      first = signal;
      io.stderr.write(`\n${signal}: stopping; once more to end at once\n`);
      resolve(signal);
    });
  });
  return { signalled, stoppedBy: () => first, end: () => end() };
}

const DAY_MS = 86_400_000;
const MOST_PORT = 65_535;
const MOST_ENDPOINTS = 100;
const MOST_SYMBOLS = 2_000;
const MOST_ACTIVITY = 1_000;

/** @throws {MpBenchError} E_USAGE with everything that is wrong with the options */
function settingsOf(flags: MockFlags): { config: SiteConfig; controlPort: number } {
  const reader = new OptionReader();
  const endpoints = reader.whole('endpoints', flags.endpoints, 1, MOST_ENDPOINTS);
  const rttMs = reader.duration('rtt', flags.rtt);
  const config: SiteConfig = {
    id: SITE,
    venues: [reader.venue(flags.venue)],
    seed: String(flags.seed),
    endpoints,
    tls: flags.tls,
    symbols: reader.whole('symbols', flags.symbols, 1, MOST_SYMBOLS),
    activity: reader.above0('activity', flags.activity, MOST_ACTIVITY),
    // The market opened at midnight (UTC): ids go on when a mock is started again, as they do at a venue.
    ageMs: wallClockMs() % DAY_MS,
    link: {
      rttMs,
      ...(flags.jitter !== undefined && { jitterMs: reader.duration('jitter', flags.jitter) }),
      ...(flags.bandwidth !== undefined && { bitsPerSecond: reader.bandwidth(flags.bandwidth) }),
    },
    limits: flags.limits,
    timeScale: reader.above0('time-scale', flags.timeScale, 1),
    rules: reader.rules(flags.rule),
    host: reader.host(flags.host),
    port: reader.whole('port', flags.port, 0, MOST_PORT - endpoints + 1),
    dns: flags.dns,
  };
  const controlPort = reader.whole('control-port', flags.controlPort, 0, MOST_PORT);
  reader.finish();
  parseLink(config.link);
  return { config, controlPort };
}

/** Reads options one by one and keeps what is wrong with them for the end, so that all of it is told at once. */
class OptionReader {
  readonly #problems: Problem[] = [];

  venue(name: string): string {
    const hint = suggestion(name, Object.keys(venues));
    if (!Object.hasOwn(venues, name))
      this.#problems.push({ message: `--venue ${name}: there is no such venue`, ...(hint !== undefined && { hint }) });
    return name;
  }

  whole(option: string, text: string, least: number, most: number): number {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    return this.#wrong(option, text, `a whole number from ${least} to ${most}`);
  }

  above0(option: string, text: string, most: number): number {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value > 0 && value <= most) return value;
    return this.#wrong(option, text, `a number above 0, at most ${most}`);
  }

  duration(option: string, text: string): number {
    return parseDurationMs(text) ?? this.#wrong(option, text, 'a duration such as 250us, 5ms or 1s');
  }

  /** Bits a second. */
  bandwidth(text: string): number {
    const [, number, prefix = ''] = /^(\d+(?:\.\d+)?)([kmg]?)bit$/.exec(text) ?? [];
    if (number === undefined) return this.#wrong('bandwidth', text, 'bits a second such as 512kbit, 10mbit or 1gbit');
    return Number(number) * 1_000 ** ['', 'k', 'm', 'g'].indexOf(prefix);
  }

  host(text: string): string {
    if (!isIPv4(text)) this.#wrong('host', text, 'an IPv4 address of this machine');
    return text;
  }

  rules(settings: readonly string[]): Record<string, number> {
    return Object.fromEntries(
      settings.map((setting) => {
        const [, name, value] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(setting) ?? [];
        if (name === undefined) this.#wrong('rule', setting, 'name=number, as pingEveryMs=5000');
        return [name ?? setting, Number(value)];
      }),
    );
  }

  finish(): void {
    if (this.#problems.length > 0) throw new MpBenchError('E_USAGE', 'options cannot be used', this.#problems);
  }

  #wrong(option: string, text: string, expected: string): number {
    this.#problems.push({ message: `--${option} ${text}: expected ${expected}` });
    return Number.NaN;
  }
}
