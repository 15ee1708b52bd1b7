import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MpBenchError } from '../../base/index.js';

const run = promisify(execFile);

// Of what a failed command printed.
const LINES_SHOWN = 20;

/** Another revision of the repository that the command was called in, built in a folder of its own. */
export interface BaseBuild {
  /** The revision as it was named, and the commit that it was. */
  readonly ref: string;
  readonly commit: string;
  /** Path of the module that `driver` is in this build. @throws {MpBenchError} E_USAGE when it is in no build but one */
  driverOf(driver: string): string;
  remove(): Promise<void>;
}

/**
 * Builds another revision: its files without its history, with the packages that are installed here, and its own
 * `npm run build`. Nothing is downloaded: a revision with other packages has to find them in npm's cache.
 * @throws {MpBenchError} E_USAGE when there is no repository, no such revision, or it cannot be built
 */
export async function buildBase(cwd: string, ref: string): Promise<BaseBuild> {
  const root = await git(cwd, ['rev-parse', '--show-toplevel'], 'there is no git repository here');
  const commit = await git(
    root,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    `there is no revision ${ref}`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'mp-bench-base-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await unpack(root, commit, folder);
    await install(root, folder, ref);
    await build(folder, ref);
  } catch (error) {
    await remove();
    throw error;
  }
  return { ref, commit, driverOf: (driver) => driverIn({ cwd, root, folder }, driver), remove };
}

async function git(cwd: string, args: readonly string[], problem: string): Promise<string> {
  try {
    return (await run('git', ['-C', cwd, ...args])).stdout.trim();
  } catch (error) {
    throw refused(problem, error);
  }
}

async function unpack(root: string, commit: string, folder: string): Promise<void> {
  const archive = join(folder, 'base.tar');
  await git(root, ['archive', '--format=tar', `--output=${archive}`, commit], `${commit} cannot be read`);
  await run('tar', ['-xf', archive, '-C', folder]);
  await rm(archive);
}

async function install(root: string, folder: string, ref: string): Promise<void> {
  const [here, there] = await Promise.all([root, folder].map((place) => text(join(place, 'package-lock.json'))));
  if (here === there) {
    if (existsSync(join(root, 'node_modules'))) await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    return;
  }
  try {
    await run('npm', ['ci', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  } catch (error) {
    throw refused(`${ref} has other packages than are installed here, and npm does not have them at hand`, error);
  }
}

async function build(folder: string, ref: string): Promise<void> {
  try {
    await run('npm', ['run', 'build', '--if-present', '--silent'], { cwd: folder });
  } catch (error) {
    throw refused(`${ref} cannot be built`, error);
  }
}

interface Places {
  readonly cwd: string;
  readonly root: string;
  readonly folder: string;
}

function driverIn({ cwd, root, folder }: Places, driver: string): string {
  const path = /^\.{0,2}\//.test(driver) ? resolve(cwd, driver) : join(root, 'dist/driver', `${driver}.js`);
  const inside = relative(root, path);
  const there = join(folder, inside);
  if (!inside.startsWith('..') && !isAbsolute(inside) && existsSync(there)) return there;
  throw refused(`the driver ${driver} is not a part of this repository that the other build has (${inside})`);
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function refused(problem: string, cause?: unknown): MpBenchError {
  // Compilers complain on stdout, others on stderr.
  const { stdout = '', stderr = '' } = (cause ?? {}) as { stdout?: string; stderr?: string };
  const detail = `${stdout}\n${stderr}`.trim().split('\n').slice(-LINES_SHOWN).join('\n');
  const message = `--base: ${problem}${detail ? `\n${detail}` : ''}`;
  return new MpBenchError('E_USAGE', message, [{ message }], { cause });
}
