import type { ExchangeClient } from '../exchange/client.js';
import type {
  FaultPlan,
  FaultStamp,
  LedgerConnection,
  LedgerSnapshot,
  LedgerSubscription,
  LinkConfig,
} from '../exchange/protocol.js';
import type { ClaimedConnection } from '../driver/index.js';
import type { ArmClient } from './arm-client.js';
import type { ArmReport, Steadiness } from './arm/messages.js';
import { ledgerDelta, type LedgerDelta } from './ledger-delta.js';

/** One run of the load by one arm, with what the exchange counted meanwhile. */
export interface RunSample {
  readonly block: number;
  readonly report: ArmReport;
  readonly ledger: LedgerDelta;
}

/** Everything that both witnesses say about one launch of one arm. */
export interface LaunchSample {
  readonly pair: number;
  readonly arm: string;
  readonly steadiness: Steadiness;
  readonly start: ArmReport;
  readonly runs: readonly RunSample[];
  readonly finish: ArmReport;
  /** From the end of the warm-up to the end of the launch. */
  readonly ledger: LedgerDelta;
  readonly claimed: readonly Readonly<ClaimedConnection>[];
  readonly connections: readonly LedgerConnection[];
  readonly subscriptions: readonly LedgerSubscription[];
  readonly faults: readonly FaultStamp[];
  readonly rowsDropped: number;
}

// Long enough for the request to reach the arm and for its pacer to be ready.
const LEAD_MS = 20;

/** Drives one launch: a fresh arm process against a site of its own, between marks of the site's ledger. */
export class Launch {
  readonly #site: string;
  readonly #exchange: ExchangeClient;
  readonly #client: ArmClient;
  readonly #claimed: Readonly<ClaimedConnection>[] = [];
  readonly #connections: LedgerConnection[] = [];
  readonly #subscriptions: LedgerSubscription[] = [];
  readonly #runs: RunSample[] = [];
  #steadiness: Steadiness | null = null;
  #start: ArmReport | null = null;
  #mark: LedgerSnapshot | null = null;

  constructor(site: string, exchange: ExchangeClient, client: ArmClient) {
    this.#site = site;
    this.#exchange = exchange;
    this.#client = client;
  }

  async warmUp(operations: number): Promise<void> {
    this.#steadiness = await this.#client.warmUp(operations);
  }

  async pin(core: number | null): Promise<void> {
    await this.#client.pin(core);
  }

  /** Puts the link in place and lets the client open what it opens beforehand. */
  async start(link: LinkConfig): Promise<void> {
    await this.#exchange.link(this.#site, link);
    this.#mark = await this.#snapshot();
    this.#connections.length = 0;
    this.#start = await this.#client.start();
    this.#claim(this.#start);
  }

  /** Runs the load once, with its faults; their times are relative to the begin of the load. */
  async run(turn: { block: number; index: number }, beginAtMs: number, faults: readonly FaultPlan[]): Promise<void> {
    const begin = beginAtMs + LEAD_MS;
    const before = await this.#snapshot();
    const plans = faults.map((fault) => shifted(fault, begin));
    if (plans.length > 0) await this.#exchange.inject(this.#site, plans);
    const report = await this.#client.run(turn.index, begin, plans.length > 0);
    this.#claim(report);
    const after = await this.#snapshot();
    this.#runs.push({ block: turn.block, report, ledger: ledgerDelta(before, after) });
  }

  async finish(pair: number, arm: string): Promise<LaunchSample> {
    const finish = await this.#client.finish();
    this.#claim(finish);
    await this.#client.end();
    const last = this.#collect(await this.#exchange.close(this.#site));
    const [mark, start, steadiness] = [this.#mark, this.#start, this.#steadiness];
    if (!mark || !start || !steadiness) throw new Error(`launch of ${arm} finished before it was started`);
    return {
      pair,
      arm,
      steadiness,
      start,
      runs: this.#runs,
      finish,
      ledger: ledgerDelta(mark, last),
      claimed: lastOfEach(this.#claimed, (row) => String(row.id)),
      // What belongs to the warm-up has ended by now, but some of it had not at the mark.
      connections: lastOfEach(this.#connections, rowKey).filter((row) => row.acceptedAtMs >= mark.atMs),
      subscriptions: lastOfEach(this.#subscriptions, subscriptionKey).filter((row) => row.startedAtMs >= mark.atMs),
      faults: last.faults,
      rowsDropped: last.rowsDropped,
    };
  }

  #claim(report: ArmReport): void {
    this.#claimed.push(...report.claims.connections);
  }

  async #snapshot(): Promise<LedgerSnapshot> {
    return this.#collect(await this.#exchange.snapshot(this.#site));
  }

  #collect(snapshot: LedgerSnapshot): LedgerSnapshot {
    this.#connections.push(...snapshot.connections);
    this.#subscriptions.push(...snapshot.subscriptions);
    return snapshot;
  }
}

function rowKey(row: LedgerConnection): string {
  return `${row.endpoint}:${row.remoteAddress}:${row.remotePort}:${row.ordinal}`;
}

function subscriptionKey(row: LedgerSubscription): string {
  return `${row.stream}:${row.endpoint}:${row.remotePort}:${row.startedAtMs}`;
}

// An open connection is reported again and again; its last row is the whole story.
function lastOfEach<T>(rows: readonly T[], key: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}

function shifted(fault: FaultPlan, byMs: number): FaultPlan {
  return { ...fault, atMs: fault.atMs + byMs };
}
