import { systemClock } from '../base/index.js';
import { examineQuickly, type Finding, thisMachine, watch } from '../doctor/index.js';
import type { LoadedScenario } from '../scenario/index.js';
import type { Io } from './io.js';
import { needsOf } from './needs.js';

export interface Watched {
  readonly scenarios: readonly LoadedScenario[];
  readonly progress: boolean;
  readonly out: string;
}

/**
 * Looks at the machine before a run, some 60 ms, and says on stderr what will spoil it. The returned function tells
 * what was found, and what the machine did from then on: steal, other programs, throttling, swapping.
 */
export async function watchMachine(io: Io, { scenarios, progress, out }: Watched): Promise<() => readonly Finding[]> {
  const machine = thisMachine(io.env);
  const found = await examineQuickly({ machine, clock: systemClock, needs: needsOf(scenarios), out });
  const bad = progress ? found.filter(({ severity }) => severity === 'bad') : [];
  for (const { id, measured, effect, remedy } of bad)
    io.stderr.write(`this machine, ${id}: ${measured}\n  ${effect}\n  → ${remedy}\n`);
  const meanwhile = watch(machine);
  return () => [...found, ...meanwhile()];
}
