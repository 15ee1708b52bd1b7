import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ChildChannel, type ErrorCode, MpBenchError } from '../base/index.js';
import type {
  ExchangeResponse,
  FaultPlan,
  LedgerSnapshot,
  LedgerView,
  LinkConfig,
  ProcessRequest,
  SiteConfig,
  SiteInfo,
} from './protocol.js';

/** The exchange process as the main process sees it. Every call rejects with E_EXCHANGE once it is gone. */
export interface ExchangeClient {
  readonly pid: number;
  /** Resolves when the process is gone, by `shutdown` or by itself; from then on every call says why. */
  readonly ended: Promise<void>;
  /**
   * Opens a site. Rejects with E_PORT_IN_USE when a port is taken, with E_RULES when a rule cannot be set so, and with
   * E_EXCHANGE when the venue is unknown or something else goes wrong.
   */
  open(site: SiteConfig): Promise<SiteInfo>;
  /** Puts another link in place, and drops the connections over the old one. */
  link(site: string, link: LinkConfig): Promise<void>;
  inject(site: string, faults: readonly FaultPlan[]): Promise<void>;
  snapshot(site: string): Promise<LedgerSnapshot>;
  /** Looks at the ledger; the next snapshot is what it would have been without. */
  view(site: string): Promise<LedgerView>;
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
  const channel = new ChildChannel<ProcessRequest, ExchangeResponse>({
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
  const ask = async <K extends ExchangeResponse['kind']>(request: ProcessRequest, kind: K): Promise<Answer<K>> =>
    expected(request, await channel.ask(request), kind);
  return {
    pid,
    ended: channel.ended,
    open: async (site) => (await ask({ kind: 'open', site }, 'opened')).site,
    link: async (site, link) => void (await ask({ kind: 'link', site, link }, 'done')),
    inject: async (site, faults) => void (await ask({ kind: 'inject', site, faults }, 'done')),
    snapshot: async (site) => (await ask({ kind: 'snapshot', site }, 'snapshot')).snapshot,
    view: async (site) => (await ask({ kind: 'view', site }, 'viewed')).view,
    close: async (site) => (await ask({ kind: 'close', site }, 'snapshot')).snapshot,
    shutdown: async () => {
      await channel.ask({ kind: 'shutdown' }).catch(() => undefined);
      await channel.kill();
    },
  };
}

type Answer<K extends ExchangeResponse['kind']> = Extract<ExchangeResponse, { kind: K }>;

/** Errors of the exchange that are the caller's to put right, and keep their code. */
const CALLERS: readonly ErrorCode[] = ['E_RULES', 'E_PORT_IN_USE'];

function expected<K extends ExchangeResponse['kind']>(
  request: ProcessRequest,
  response: ExchangeResponse,
  kind: K,
): Answer<K> {
  if (response.kind === kind) return response as Answer<K>;
  if (response.kind !== 'failed')
    throw new MpBenchError('E_EXCHANGE', `exchange: ${request.kind}: unexpected ${response.kind}`);
  const { code, message } = response;
  const callers = CALLERS.find((one) => one === code);
  if (callers) throw new MpBenchError(callers, message);
  throw new MpBenchError('E_EXCHANGE', `exchange: ${request.kind}: ${message} (${code})`);
}

// A process runs the built file, also when this module is loaded from src (by a test runner).
function processFile(): string {
  const beside = fileURLToPath(new URL('process.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/exchange/process.js', import.meta.url));
}
