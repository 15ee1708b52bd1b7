import { fileURLToPath } from 'node:url';
import { ChildChannel, MpBenchError } from '../../base/index.js';
import type { ControlReading, ControlRequest, ControlResponse } from './messages.js';

/** The main process's handle on the frozen control, which runs on the core of the arms. */
export class ControlClient {
  readonly #channel: ChildChannel<ControlRequest, ControlResponse>;

  constructor(core: number | null) {
    this.#channel = new ChildChannel({
      module: fileURLToPath(new URL('./control-process.js', import.meta.url)),
      core,
      errorCode: 'E_CONTROL',
      name: 'the process of the frozen control',
    });
  }

  /** One slice of the control's work. @throws {MpBenchError} E_CONTROL when the process is gone, or its echo broke */
  async slice(): Promise<ControlReading> {
    const response = await this.#channel.ask({ kind: 'slice' });
    if (response.kind === 'failed') throw new MpBenchError('E_CONTROL', `the frozen control: ${response.message}`);
    return response.reading;
  }

  async end(): Promise<void> {
    await this.#channel.kill();
  }
}
