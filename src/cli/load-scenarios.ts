import { MpBenchError, type Problem } from '../base/index.js';
import {
  findScenarios,
  type LoadedScenario,
  loadScenario,
  locateScenario,
  type Override,
  readScenarioText,
} from '../scenario/index.js';
import { checkDrivers } from './check-drivers.js';
import { checkRules } from './check-rules.js';
import type { Io } from './io.js';
import { scenarioPlaces, shownPath } from './lookup.js';

export interface ScenarioRequest {
  /** Names or paths; none means every scenario there is. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly overrides: readonly Override[];
}

/**
 * Loads scenarios by name or path, each once.
 * @throws {MpBenchError} E_SCENARIO with the problems of all of them together
 */
export async function loadScenarios(io: Pick<Io, 'cwd' | 'env'>, request: ScenarioRequest): Promise<LoadedScenario[]> {
  const places = scenarioPlaces(io);
  const problems: Problem[] = [];
  const collect = async <T>(work: () => T | Promise<T>): Promise<T[]> => {
    try {
      return [await work()];
    } catch (error) {
      if (!(error instanceof MpBenchError) || error.code !== 'E_SCENARIO') throw error;
      problems.push(...error.problems);
      return [];
    }
  };
  const files: string[] = [];
  const everything = request.names.length === 0;
  if (everything) files.push(...(await findScenarios(places)).map(({ file }) => file));
  for (const name of request.names) files.push(...(await collect(() => locateScenario(name, io.cwd, places))));
  const loaded: LoadedScenario[] = [];
  const { quick, overrides } = request;
  for (const path of new Set(files)) {
    const file = shownPath(io.cwd, path);
    const read = await collect(async () =>
      loadScenario({ text: await readScenarioText(path), file, quick, overrides }),
    );
    loaded.push(...read);
    for (const one of read) await collect(() => checkDrivers(one, io.cwd));
  }
  for (const { scenario } of loaded) await checkRules(scenario);
  if (problems.length > 0) throw new MpBenchError('E_SCENARIO', 'scenarios cannot be used', problems);
  const wanted = everything ? loaded.filter(({ scenario }) => scenario.onlyByName !== true) : loaded;
  if (wanted.length === 0) throw new MpBenchError('E_SCENARIO', `there is no scenario in ${places.join(' or ')}`);
  return wanted;
}
