import { readRecord } from '../../record/index.js';
import { renderComparison } from '../../report/index.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { recordPath } from '../lookup.js';

/** `mp-bench compare`: two stored records side by side. */
export async function compare(io: Io, first: string, second: string): Promise<number> {
  const [a, b] = await Promise.all([readRecord(recordPath(io, first)), readRecord(recordPath(io, second))]);
  io.stdout.write(renderComparison(a, b));
  return EXIT.ok;
}
