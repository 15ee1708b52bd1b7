import { MpBenchError } from '../../base/index.js';
import { findScenarios, loadScenario, readScenarioText } from '../../scenario/index.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { scenarioPlaces, shownPath } from '../lookup.js';

/** `mp-bench list`: every scenario there is, with its question and its file. */
export async function list(io: Io): Promise<number> {
  const found = await findScenarios(scenarioPlaces(io));
  const width = Math.max(0, ...found.map(({ name }) => name.length));
  for (const { name, file } of found) {
    io.stdout.write(
      `${name.padEnd(width)}  ${await questionIn(file)}\n${' '.repeat(width)}  ${shownPath(io.cwd, file)}\n`,
    );
  }
  return EXIT.ok;
}

// One broken file does not hide the others.
async function questionIn(file: string): Promise<string> {
  try {
    return loadScenario({ text: await readScenarioText(file), file, quick: false }).scenario.question;
  } catch (error) {
    if (error instanceof MpBenchError) return '(cannot be used: see mp-bench validate)';
    throw error;
  }
}
