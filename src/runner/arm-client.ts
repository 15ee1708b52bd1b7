import { fileURLToPath } from 'node:url';
import { ChildChannel, MpBenchError } from '../base/index.js';
import type { ArmConfig, ArmReport, ArmRequest, ArmResponse, Steadiness } from './arm/messages.js';

/** The main process's handle on one arm process. */
export class ArmClient {
  readonly #name: string;
  readonly #channel: ChildChannel<ArmRequest, ArmResponse>;

  /** Spawns the process; `caFile` is trusted by every TLS client in it, the platform's own included. */
  constructor(name: string, caFile: string | null) {
    this.#name = name;
    this.#channel = new ChildChannel({
      module: fileURLToPath(new URL('./arm/process.js', import.meta.url)),
      execArgv: ['--expose-gc'],
      env: { ...process.env, ...(caFile === null ? {} : { NODE_EXTRA_CA_CERTS: caFile }) },
      errorCode: 'E_ARM',
      name: `the process of arm ${name}`,
    });
  }

  async init(config: ArmConfig): Promise<void> {
    await this.#ask({ kind: 'init', config }, 'done');
  }

  /** Ties the process to the core that it is measured on. Until then it may start and warm up on any. */
  async pin(core: number | null): Promise<void> {
    if (core !== null) await this.#channel.pin(core);
  }

  async warmUp(operations: number): Promise<Steadiness> {
    return (await this.#ask({ kind: 'warmUp', operations }, 'warmed')).steadiness;
  }

  async start(): Promise<ArmReport> {
    return (await this.#ask({ kind: 'start' }, 'report')).report;
  }

  async run(index: number, beginAtMs: number, keepLog: boolean): Promise<ArmReport> {
    return (await this.#ask({ kind: 'run', index, beginAtMs, keepLog }, 'report')).report;
  }

  async finish(): Promise<ArmReport> {
    return (await this.#ask({ kind: 'finish' }, 'report')).report;
  }

  /** Ends the process, whatever it is doing. */
  async end(): Promise<void> {
    await this.#channel.kill();
  }

  async #ask<K extends ArmResponse['kind']>(request: ArmRequest, kind: K): Promise<Extract<ArmResponse, { kind: K }>> {
    const response = await this.#channel.ask(request);
    if (response.kind === 'failed') throw new MpBenchError(response.code, `arm ${this.#name}: ${response.message}`);
    if (response.kind !== kind)
      throw new MpBenchError('E_ARM', `arm ${this.#name} answered ${response.kind}, not ${kind}`);
    return response as Extract<ArmResponse, { kind: K }>;
  }
}
