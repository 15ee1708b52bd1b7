import { scenarioJsonSchema } from '../../scenario/index.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';

/** `mp-bench schema`: the JSON Schema of a scenario file. */
export function schema(io: Io): number {
  io.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
  return EXIT.ok;
}
