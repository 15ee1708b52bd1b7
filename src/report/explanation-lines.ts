import type { Explanation } from './explanation.js';
import { shellLines } from './shell-command.js';
import { wrapped } from './wrapped.js';

const INDENT = '  ';
const LABEL_COLUMNS = 'compared'.length + INDENT.length;

/** `rest-polling: hit rate > 85 %`. */
export function explanationTitle({ scenario, title }: Explanation): string {
  return scenario === null ? title : `${scenario}: ${title}`;
}

/** Facts and command of an explanation as plain text in lines of at most `columns`, the command ready to be pasted. */
export function explanationLines({ facts, command, commandFor }: Explanation, columns: number): string[] {
  const room = columns - INDENT.length - LABEL_COLUMNS;
  return [
    ...facts.flatMap(({ label, text }) => labelled(label, wrapped(text, room))),
    ...labelled(commandFor, shellLines(command, room)),
  ];
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${INDENT}${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}${line}`);
}
