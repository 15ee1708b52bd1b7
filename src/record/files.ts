import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MpBenchError } from '../base/index.js';
import { type RunRecord, SCHEMA_VERSION } from './record.js';

const FILE = 'record.json';

/** Writes `<directory>/<runId>/record.json` and returns its path. Nobody ever sees half a record. */
export async function writeRecord(directory: string, record: RunRecord): Promise<string> {
  const file = join(directory, record.runId, FILE);
  await writeWhole(file, `${JSON.stringify(record, null, 1)}\n`);
  return file;
}

/** Writes a file under another name first and then renames it, so that it is there whole or not at all. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/**
 * Reads a record from its file, or from the directory of its run.
 * @throws {MpBenchError} E_RECORD when there is none, or none that this version can read
 */
export async function readRecord(path: string): Promise<RunRecord> {
  const file = (await isDirectory(path)) ? join(path, FILE) : path;
  const value = parsed(await textOf(file), file);
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value))
    throw unreadable(file, 'is not a record of mp-bench');
  const version = value.schemaVersion;
  if (version !== SCHEMA_VERSION) {
    const newer = typeof version === 'number' && version > SCHEMA_VERSION;
    const what = `has schema version ${String(version)}, expected ${SCHEMA_VERSION}`;
    throw unreadable(file, what, newer ? 'it was written by a newer mp-bench' : undefined);
  }
  const missing = FIELDS.filter((field) => !(field in value));
  if (missing.length > 0) throw unreadable(file, `lacks ${missing.join(', ')}`);
  return value as RunRecord;
}

/** Records below `directory`, oldest run first; none when there is no such directory. */
export async function findRecords(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  const files = names.map((name) => join(directory, name, FILE));
  const times = await Promise.all(files.map(modifiedMs));
  return files
    .map((file, index) => ({ file, atMs: times[index] }))
    .filter((found): found is { file: string; atMs: number } => found.atMs !== undefined)
    .toSorted((a, b) => a.atMs - b.atMs || (a.file < b.file ? -1 : 1))
    .map(({ file }) => file);
}

const FIELDS = ['runId', 'startedAt', 'seed', 'environment', 'verdict', 'scenarios', 'warnings'];

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(file, `is not JSON (${(error as Error).message})`);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

function unreadable(file: string, message: string, hint?: string): MpBenchError {
  const problem = { message, location: { file }, ...(hint !== undefined && { hint }) };
  return new MpBenchError('E_RECORD', `${file} ${message}`, [problem]);
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function modifiedMs(file: string): Promise<number | undefined> {
  return stat(file).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
}
