import { dirname, join } from 'node:path';
import { MpBenchError } from '../../base/index.js';
import { findRecords, readRecord, writeWhole } from '../../record/index.js';
import { renderMarkdown } from '../../report/index.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { recordPath, reportPlace } from '../lookup.js';
import { recordTable } from '../record-table.js';

/** `mp-bench report`: renders stored records anew, the last one when none is named. */
export async function report(io: Io, records: readonly string[], flags: { readonly out?: string }): Promise<number> {
  const paths = records.length > 0 ? records.map((given) => recordPath(io, given)) : [await lastRecord(io)];
  for (const path of paths) {
    const record = await readRecord(path);
    const beside = path.endsWith('.json') ? dirname(path) : path;
    const directory = flags.out === undefined ? beside : join(reportPlace(io, flags.out), record.runId);
    await writeWhole(join(directory, 'report.md'), renderMarkdown(record));
    io.stdout.write(recordTable(io, record, path));
  }
  return EXIT.ok;
}

async function lastRecord(io: Io): Promise<string> {
  const place = reportPlace(io, undefined);
  const last = (await findRecords(place)).at(-1);
  if (last === undefined) {
    const problem = { message: `there is no record in ${place}`, hint: 'mp-bench run makes one' };
    throw new MpBenchError('E_RECORD', problem.message, [problem]);
  }
  return last;
}
