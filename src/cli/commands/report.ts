import { dirname, join } from 'node:path';
import { MpBenchError } from '../../base/index.js';
import { findRecords, readRecord, writeWhole } from '../../record/index.js';
import { renderMarkdown } from '../../report/index.js';
import { prepareCiReports, writeCiReports } from '../ci-reports.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { recordPath, reportPlace } from '../lookup.js';
import { recordTable } from '../record-table.js';

export interface ReportFlags {
  readonly out?: string;
  readonly junit?: string;
  readonly github: boolean;
}

/**
 * `mp-bench report`: renders stored records anew, the last one when none is named.
 * @throws {MpBenchError} E_USAGE when one file is to hold the JUnit XML of several
 */
export async function report(io: Io, records: readonly string[], flags: ReportFlags): Promise<number> {
  const paths = records.length > 0 ? records.map((given) => recordPath(io, given)) : [await lastRecord(io)];
  if (flags.junit !== undefined && paths.length > 1)
    throw new MpBenchError('E_USAGE', '--junit takes one record at a time');
  const { junit } = await prepareCiReports(io, flags);
  for (const path of paths) {
    const record = await readRecord(path);
    const beside = path.endsWith('.json') ? dirname(path) : path;
    const directory = flags.out === undefined ? beside : join(reportPlace(io, flags.out), record.runId);
    await writeWhole(join(directory, 'report.md'), renderMarkdown(record));
    io.stdout.write(recordTable(io, record, path));
    // A step that renders a record again has had its annotations, unless it asks for them.
    await writeCiReports(io, { junit, github: flags.github }, record, path);
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
