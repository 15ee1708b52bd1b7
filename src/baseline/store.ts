import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Baseline } from './format.js';
import { baselineNameSchema, baselineSchema } from './format.js';
import { parseBaseline, unusable } from './parse.js';

const SUFFIX = '.json';
const PREVIOUS = '.previous.json';

export interface StoredBaseline {
  readonly name: string;
  readonly path: string;
  readonly baseline: Baseline;
}

/** A baseline in a listing; `baseline` is undefined and `problem` says why when the file cannot be read. */
export interface ListedBaseline {
  readonly name: string;
  readonly path: string;
  readonly baseline?: Baseline;
  readonly problem?: string;
}

/** Where the baseline of this name lives in a directory. */
export function baselinePath(directory: string, name: string): string {
  const path = join(directory, `${name}${SUFFIX}`);
  const parsed = baselineNameSchema.safeParse(name);
  if (!parsed.success) throw unusable(path, [{ message: `\`${name}\` cannot be the name of a baseline` }]);
  return path;
}

/**
 * Reads and checks a baseline file.
 * @throws {MpBenchError} E_BASELINE with file, line and column, and what was expected
 */
export async function readBaseline(path: string): Promise<Baseline> {
  return parseBaseline(await textOf(path), path);
}

/**
 * Writes a baseline, whole or not at all, and returns its path. The version that it replaces is kept for `rollback`.
 * @throws {MpBenchError} E_BASELINE when it is not a valid baseline, or the replaced file cannot be read
 */
export async function writeBaseline(directory: string, baseline: Baseline): Promise<string> {
  const path = baselinePath(directory, baseline.name);
  const checked = baselineSchema.safeParse(baseline);
  if (!checked.success) {
    throw unusable(
      path,
      checked.error.issues.map(({ message, path: at }) => ({ message: `${at.join('.')}: ${message}` })),
    );
  }
  const text = `${JSON.stringify(checked.data, null, 1)}\n`;
  const replaced = await textIfThere(path);
  if (replaced === text) return path;
  if (replaced !== undefined) await writeWhole(previousPath(path), replaced);
  await writeWhole(path, text);
  return path;
}

/**
 * Brings back the version that the last write replaced, and keeps the one that it takes the place of: a second rollback
 * undoes the first. Returns the baseline that is now in force.
 * @throws {MpBenchError} E_BASELINE when there is no previous version, or it is not a valid baseline
 */
export async function rollback(directory: string, name: string): Promise<StoredBaseline> {
  const path = baselinePath(directory, name);
  const previous = await textIfThere(previousPath(path));
  if (previous === undefined) {
    throw unusable(path, [
      { message: `there is no previous version of ${name}`, hint: `expected ${previousPath(path)}` },
    ]);
  }
  const baseline = parseBaseline(previous, previousPath(path));
  const current = await textIfThere(path);
  await writeWhole(path, previous);
  if (current === undefined) await rm(previousPath(path));
  else await writeWhole(previousPath(path), current);
  return { name, path, baseline };
}

/** Every baseline file of the directories, by name; the first directory that has a name wins. Unreadable ones too. */
export async function listBaselines(directories: readonly string[]): Promise<ListedBaseline[]> {
  const paths = await pathsIn(directories);
  return Promise.all(
    [...paths].map(async ([name, path]): Promise<ListedBaseline> => {
      try {
        return { name, path, baseline: await readBaseline(path) };
      } catch (error) {
        return { name, path, problem: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/**
 * Every baseline of the directories, newest first; a directory that is not there holds none.
 * @throws {MpBenchError} E_BASELINE when one of them cannot be read
 */
export async function findBaselines(directories: readonly string[]): Promise<StoredBaseline[]> {
  const paths = await pathsIn(directories);
  const found = await Promise.all(
    [...paths].map(async ([name, path]) => ({ name, path, baseline: await readBaseline(path) })),
  );
  return found.toSorted((a, b) => b.baseline.updatedAt.localeCompare(a.baseline.updatedAt));
}

/**
 * The baseline of a name, from the first directory that has it.
 * @throws {MpBenchError} E_BASELINE when there is none, with the names that there are, or it cannot be read
 */
export async function locateBaseline(directories: readonly string[], name: string): Promise<StoredBaseline> {
  const paths = await pathsIn(directories);
  const path = paths.get(name);
  if (path !== undefined) return { name, path, baseline: await readBaseline(path) };
  const known = [...paths.keys()];
  const hint = known.length > 0 ? `there are ${known.join(', ')}` : `none is in ${directories.join(' or ')}`;
  throw unusable(name, [{ message: `there is no baseline of this name`, hint }]);
}

async function pathsIn(directories: readonly string[]): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const directory of directories) {
    for (const file of (await filesIn(directory)).toSorted()) {
      const name = basename(file, SUFFIX);
      const isBaseline = file.endsWith(SUFFIX) && !file.endsWith(PREVIOUS) && !file.startsWith('.');
      if (isBaseline && !paths.has(name)) paths.set(name, join(directory, file));
    }
  }
  return paths;
}

function previousPath(path: string): string {
  return `${path.slice(0, -SUFFIX.length)}${PREVIOUS}`;
}

async function filesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw unusable(directory, [{ message: 'cannot be listed' }], error);
  }
}

async function textOf(path: string): Promise<string> {
  const text = await textIfThere(path);
  if (text === undefined)
    throw unusable(path, [{ message: 'there is no such file', hint: 'expected a baseline file' }]);
  return text;
}

async function textIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable(path, [{ message: `cannot be read (${codeOf(error)})` }], error);
  }
}

// Flushed before the rename, so that a crash leaves the old file or the new one.
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(unfinished, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw unusable(path, [{ message: `cannot be written (${codeOf(error)})` }], error);
  }
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
