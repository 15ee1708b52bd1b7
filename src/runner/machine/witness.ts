import { systemClock } from '../../base/index.js';
import type { MachineRow } from '../../record/record.js';
import type { Turn } from '../plan.js';
import { ControlClient } from './control-client.js';
import { readCpuTimes, stolenShare } from './cpu-times.js';
import { isDisturbed } from './disturbance.js';
import { LatenessWatch } from './lateness.js';

export interface Watched {
  readonly pair: number;
  readonly stallMs: number | undefined;
}

/** Watches the machine beside every turn of an arm: a slice of the frozen control before it, a ticker while it lasts. */
export class MachineWitness {
  readonly rows: MachineRow[] = [];
  readonly #control: ControlClient;

  /** The frozen control runs on `core`, that of the arms. */
  constructor(core: number | null) {
    this.#control = new ControlClient(core);
  }

  /** Does `turn` under watch; what counts as a stall is `stallMs`, or what does for every scenario. @throws {MpBenchError} E_CONTROL, and whatever it throws */
  async beside({ pair, stallMs }: Watched, { arm, block }: Turn, turn: () => Promise<void>): Promise<void> {
    const control = await this.#control.slice();
    const watch = new LatenessWatch(systemClock);
    const before = readCpuTimes();
    try {
      await turn();
    } finally {
      const seen = { lateMs: watch.stop(), stolen: stolenShare(before, readCpuTimes()) };
      this.rows.push({ pair, block, arm, ...control, ...seen, disturbed: isDisturbed(seen, stallMs) });
    }
  }

  async end(): Promise<void> {
    await this.#control.end();
  }
}
