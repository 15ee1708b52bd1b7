import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MpBenchError } from '../base/index.js';
import { suggestion } from './suggest.js';

/** Where scenarios are looked for, first come first served: the project's own, then those of the package. */
export function scenarioDirectories(cwd: string): string[] {
  const [own, shipped] = [join(cwd, 'scenarios'), fileURLToPath(new URL('../../scenarios', import.meta.url))];
  return own === shipped ? [own] : [own, shipped];
}

export interface FoundScenario {
  readonly name: string;
  readonly file: string;
}

const EXTENSIONS = new Set(['.yaml', '.yml']);

/** Scenario files by name; where two directories have the same name, the first one wins. */
export async function findScenarios(directories: readonly string[]): Promise<FoundScenario[]> {
  const found = new Map<string, FoundScenario>();
  for (const directory of directories) {
    for (const file of await filesIn(directory)) {
      const name = basename(file, extname(file));
      if (EXTENSIONS.has(extname(file)) && !found.has(name)) found.set(name, { name, file: join(directory, file) });
    }
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The file of a scenario given by name, or by path (with a slash or an extension).
 * @throws {MpBenchError} E_SCENARIO when there is none
 */
export async function locateScenario(
  nameOrPath: string,
  cwd: string,
  directories = scenarioDirectories(cwd),
): Promise<string> {
  if (nameOrPath.includes('/') || EXTENSIONS.has(extname(nameOrPath)))
    return isAbsolute(nameOrPath) ? nameOrPath : resolve(cwd, nameOrPath);
  const known = await findScenarios(directories);
  const found = known.find(({ name }) => name === nameOrPath);
  if (found) return found.file;
  const hint = suggestion(
    nameOrPath,
    known.map(({ name }) => name),
  );
  const message = `there is no scenario \`${nameOrPath}\` in ${directories.join(' or ')}`;
  throw new MpBenchError('E_SCENARIO', message, [{ message, ...(hint !== undefined && { hint }) }]);
}

/**
 * Text of a scenario file.
 * @throws {MpBenchError} E_SCENARIO when it cannot be read
 */
export async function readScenarioText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const message = `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
    throw new MpBenchError('E_SCENARIO', `${file}: ${message}`, [{ message, location: { file } }], { cause: error });
  }
}

async function filesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
