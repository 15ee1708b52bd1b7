import type { ProgressEvent } from '../runner/index.js';
import { type Io, isInteractive } from './io.js';

/** Shows how far a run is; `done` leaves a clean line. */
export interface Progress {
  readonly show: (event: ProgressEvent) => void;
  readonly done: () => void;
}

const NONE: Progress = { show: () => undefined, done: () => undefined };
const CLEAR_LINE = '\r\u001b[2K';

/** One line that is written over on a terminal; elsewhere a line at each quarter of a scenario. */
export function progressOn(io: Pick<Io, 'stderr' | 'env'>, enabled: boolean): Progress {
  if (!enabled) return NONE;
  return isInteractive(io.stderr, io.env) ? overwritten(io.stderr.write) : sparse(io.stderr.write);
}

function overwritten(write: (text: string) => unknown): Progress {
  return {
    show: (event) => void write(`${CLEAR_LINE}${place(event)}, pair ${event.pair + 1} of ${event.pairs}: ${event.arm}`),
    done: () => void write(CLEAR_LINE),
  };
}

function sparse(write: (text: string) => unknown): Progress {
  let last = '';
  return {
    show: (event) => {
      const quarter = Math.floor((event.pair / event.pairs) * 4);
      const key = `${event.scenario}/${quarter}`;
      if (key !== last) write(`${place(event)}, pair ${event.pair + 1} of ${event.pairs}\n`);
      last = key;
    },
    done: () => undefined,
  };
}

function place({ scenario, position: [number, count] }: ProgressEvent): string {
  return `[${number}/${count}] ${scenario}`;
}
