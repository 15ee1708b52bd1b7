import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ChildChannel, MpBenchError } from '../base/index.js';
import type {
  ExchangeRequest,
  ExchangeResponse,
  FaultPlan,
  LedgerSnapshot,
  LinkConfig,
  SiteConfig,
  SiteInfo,
} from './protocol.js';

/** The exchange process as the main process sees it. Every call rejects with E_EXCHANGE once it is gone. */
export interface ExchangeClient {
  readonly pid: number;
  /** Opens a site; rejects with E_EXCHANGE when the venue is unknown or a port cannot be had. */
  open(site: SiteConfig): Promise<SiteInfo>;
  /** Puts another link in place, and drops the connections over the old one. */
  link(site: string, link: LinkConfig): Promise<void>;
  inject(site: string, faults: readonly FaultPlan[]): Promise<void>;
  snapshot(site: string): Promise<LedgerSnapshot>;
  /** Closes a site; resolves with its last snapshot. */
  close(site: string): Promise<LedgerSnapshot>;
  /** Closes everything and resolves when the process has ended. Harmless when it has ended already. */
  shutdown(): Promise<void>;
}

/**
 * Starts the exchange process, on core `pinTo` where the system can pin. Rejects with E_EXCHANGE when it cannot be
 * started.
 */
export async function startExchange(options: { readonly pinTo?: number } = {}): Promise<ExchangeClient> {
  const channel = new ChildChannel<ExchangeRequest, ExchangeResponse>({
    name: 'the exchange process',
    module: processFile(),
    core: options.pinTo ?? null,
    errorCode: 'E_EXCHANGE',
  });
  const { pid } = channel;
  if (pid === undefined) {
    await channel.ended;
    throw new MpBenchError('E_EXCHANGE', 'the exchange process cannot be started');
  }
  const ask = async <K extends ExchangeResponse['kind']>(request: ExchangeRequest, kind: K): Promise<Answer<K>> =>
    expected(request, await channel.ask(request), kind);
  return {
    pid,
    open: async (site) => (await ask({ kind: 'open', site }, 'opened')).site,
    link: async (site, link) => void (await ask({ kind: 'link', site, link }, 'done')),
    inject: async (site, faults) => void (await ask({ kind: 'inject', site, faults }, 'done')),
    snapshot: async (site) => (await ask({ kind: 'snapshot', site }, 'snapshot')).snapshot,
    close: async (site) => (await ask({ kind: 'close', site }, 'snapshot')).snapshot,
    shutdown: async () => {
      await channel.ask({ kind: 'shutdown' }).catch(() => undefined);
      await channel.kill();
    },
  };
}

type Answer<K extends ExchangeResponse['kind']> = Extract<ExchangeResponse, { kind: K }>;

function expected<K extends ExchangeResponse['kind']>(
  request: ExchangeRequest,
  response: ExchangeResponse,
  kind: K,
): Answer<K> {
  if (response.kind === kind) return response as Answer<K>;
  const reason = response.kind === 'failed' ? `${response.message} (${response.code})` : `unexpected ${response.kind}`;
  throw new MpBenchError('E_EXCHANGE', `exchange: ${request.kind}: ${reason}`);
}

// A process runs the built file, also when this module is loaded from src (by a test runner).
function processFile(): string {
  const beside = fileURLToPath(new URL('process.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/exchange/process.js', import.meta.url));
}
