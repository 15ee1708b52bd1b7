import { Chalk } from 'chalk';
import type { Observation, RunRecord } from '../record/index.js';
import { machineLine, runLine } from './headline.js';
import {
  connectionLines,
  endOf,
  faultLines,
  limitLines,
  type ObservationLine,
  placeOf,
  reconnectLines,
  requestLines,
  streamLines,
} from './observation-lines.js';
import type { TableOptions } from './verdict-table.js';
import { wrapped } from './wrapped.js';

const LABEL_COLUMNS = 26;
const VALUE_COLUMNS = 11;
const GAP = 3;

/** What `observe` saw, for a terminal: figures of the exchange's ledger, judged by nobody. */
export function renderObservation(record: RunRecord, observation: Observation, options: TableOptions): string {
  const columns = Math.min(120, Math.max(80, options.columns));
  const chalk = new Chalk({ level: options.colour ? 1 : 0 });
  const word = record.verdict === 'partial' ? chalk.yellow('STOPPED') : chalk.green('OBSERVED');
  const shown = (title: string, lines: readonly ObservationLine[]): string[] =>
    lines.length === 0 ? [] : [chalk.bold(title), ...lines.flatMap((line) => laidOut(line, columns))];
  const { faults, faultsPlanned } = observation;
  const missed = faultsPlanned > faults.length ? [`${faultsPlanned - faults.length} planned for later`] : [];
  const sections = [
    [runLine(record), machineLine(record)],
    [
      `${word}: ${observation.program.command.join(' ')}`,
      ...wrapped(`${endOf(observation.program)}. Against ${placeOf(observation)}.`, columns),
      'Counted by the exchange alone; nothing is judged.',
    ],
    shown('Connections', connectionLines(observation)),
    shown('Requests', requestLines(observation.requests)),
    shown('Streams', streamLines(observation.streams)),
    shown('Lost and regained', reconnectLines(observation)),
    shown('Limits broken', limitLines(observation)),
    [...shown('Faults', faults.flatMap(faultLines)), ...missed],
    record.warnings.length > 0 ? [chalk.bold('Warnings'), ...record.warnings.map((warning) => `- ${warning}`)] : [],
    [...(options.file === undefined ? [] : [`Record: ${options.file}`]), `Repeat: ${record.command}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function laidOut({ label, value, note }: ObservationLine, columns: number): string[] {
  const indent = LABEL_COLUMNS + VALUE_COLUMNS + GAP;
  const [first = '', ...rest] = wrapped(note, columns - indent);
  const head = `${label.padEnd(LABEL_COLUMNS)}${value.padStart(VALUE_COLUMNS)}${' '.repeat(GAP)}${first}`;
  return [head.trimEnd(), ...rest.map((text) => `${' '.repeat(indent)}${text}`)];
}
