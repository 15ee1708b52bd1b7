import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scenarioDirectories } from '../scenario/index.js';
import type { Io } from './io.js';

type Place = Pick<Io, 'cwd' | 'env'>;

/** Where scenarios are looked for: MP_BENCH_SCENARIOS, or ./scenarios and then those of the package. */
export function scenarioPlaces({ cwd, env }: Place): string[] {
  const own = env['MP_BENCH_SCENARIOS'];
  return own ? [resolve(cwd, own)] : scenarioDirectories(cwd);
}

/** A scenario as the command line takes it: its name where it is found by that, otherwise its file. */
export function scenarioArgument(place: Place, file: string): string {
  const path = resolve(place.cwd, file);
  const found = scenarioPlaces(place).find((directory) => existsSync(join(directory, basename(path))));
  return found === dirname(path) ? basename(path, extname(path)) : file;
}

/** Where baselines are looked for: MP_BENCH_BASELINES, or ./baselines and then those of the package. */
export function baselinePlaces({ cwd, env }: Place): [string, ...string[]] {
  const own = env['MP_BENCH_BASELINES'];
  if (own) return [resolve(cwd, own)];
  const shipped = fileURLToPath(new URL('../../baselines', import.meta.url));
  return join(cwd, 'baselines') === shipped ? [shipped] : [join(cwd, 'baselines'), shipped];
}

/** Where records are written and looked for: --out, MP_BENCH_OUT, or ./reports. */
export function reportPlace({ cwd, env }: Place, out: string | undefined): string {
  return resolve(cwd, out ?? env['MP_BENCH_OUT'] ?? 'reports');
}

/** A record given by its path, by its run's directory, or by its run's id alone. */
export function recordPath(place: Place, given: string, out?: string): string {
  const path = resolve(place.cwd, given);
  const byId = join(reportPlace(place, out), given);
  return !existsSync(path) && existsSync(byId) ? byId : path;
}

/** A path as it is shown: from the working directory where it lies below it. */
export function shownPath(cwd: string, path: string): string {
  const below = relative(cwd, path);
  return below === '' || below.startsWith('..') ? path : below;
}
