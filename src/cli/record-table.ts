import type { RunRecord } from '../record/index.js';
import { renderVerdictTable } from '../report/index.js';
import { renderObservation } from '../report/observation.js';
import { type Io, isColoured } from './io.js';
import { shownPath } from './lookup.js';

/** A record as a table for the terminal: the verdict of a run, or what an observation saw. */
export function recordTable(io: Io, record: RunRecord, file: string): string {
  const options = { colour: isColoured(io.stdout, io.env), columns: io.stdout.columns, file: shownPath(io.cwd, file) };
  const { observation } = record;
  return observation ? renderObservation(record, observation, options) : renderVerdictTable(record, options);
}
