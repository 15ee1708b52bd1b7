import { appendFile, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MpBenchError } from '../base/index.js';
import { type RunRecord, writeWhole } from '../record/index.js';
import { renderAnnotations, renderJUnit, renderSummary, SUMMARY_LIMIT_BYTES } from '../report/index.js';
import type { Io } from './io.js';
import { shownPath } from './lookup.js';

/** What a continuous-integration server is to get of a run. */
export interface CiReports {
  /** File for JUnit XML; null for none. */
  readonly junit: string | null;
  /** Annotations on stderr, and a summary: to the step's own file, or beside the record. */
  readonly github: boolean;
}

/**
 * What is asked for by flags, or by running in a step of GitHub Actions. Makes room for the JUnit file before minutes are
 * spent, and takes away what an earlier run left there: a run that breaks must not leave the verdict of another.
 * @throws {MpBenchError} E_CONFIGURATION when there can be no file of that name
 */
export async function prepareCiReports(
  io: Pick<Io, 'cwd' | 'env'>,
  flags: { readonly junit?: string; readonly github: boolean },
): Promise<CiReports> {
  const junit = flags.junit === undefined ? null : resolve(io.cwd, flags.junit);
  if (junit !== null) await makeRoom(junit);
  return { junit, github: flags.github || summaryFile(io) !== undefined };
}

/** Writes them. What GitHub's summary lacks is told on stderr and changes no exit code. */
export async function writeCiReports(
  io: Io,
  { junit, github }: CiReports,
  run: RunRecord,
  file: string,
): Promise<void> {
  const shown = shownPath(io.cwd, file);
  if (junit !== null) await writeWhole(junit, renderJUnit(run, { file: shown }));
  if (!github) return;
  io.stderr.write(renderAnnotations(run));
  const step = summaryFile(io);
  try {
    if (step === undefined) await writeBeside(file, run);
    else await appendSummary(io, step, run, file);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    io.stderr.write(`the summary of the step could not be written (${code})\n`);
  }
}

async function writeBeside(file: string, run: RunRecord): Promise<void> {
  const summary = renderSummary(run, { limitBytes: SUMMARY_LIMIT_BYTES, report: 'report.md' });
  await writeWhole(join(dirname(file), 'summary.md'), summary);
}

// Other commands of the same step write to the same file, and it is the whole that has a limit.
async function appendSummary(io: Io, step: string, run: RunRecord, file: string): Promise<void> {
  const taken = await stat(step).then(
    ({ size }) => size,
    () => 0,
  );
  const report = shownPath(io.cwd, join(dirname(file), 'report.md'));
  const summary = renderSummary(run, { limitBytes: SUMMARY_LIMIT_BYTES - taken - 1, report });
  if (summary === '') io.stderr.write('the summary of the step is full: nothing of this run is in it\n');
  else await appendFile(step, `${taken > 0 ? '\n' : ''}${summary}`);
}

async function makeRoom(junit: string): Promise<void> {
  try {
    await mkdir(dirname(junit), { recursive: true });
    await rm(junit, { force: true });
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const problem = { message: `--junit: ${junit} cannot be written (${code})` };
    throw new MpBenchError('E_CONFIGURATION', problem.message, [problem], { cause: error });
  }
}

function summaryFile({ env }: Pick<Io, 'env'>): string | undefined {
  const file = env['GITHUB_STEP_SUMMARY'] ?? '';
  return file === '' ? undefined : file;
}
