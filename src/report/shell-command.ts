import { wrapped } from './wrapped.js';

const CONTINUED = ' \\';
const INDENT = '  ';
// Stands for a space that no line may end at: in a quoted word, and between a flag and its value.
const HELD = '\u0000';

/**
 * A command for a POSIX shell in lines of at most `columns`, broken between its arguments: each but the last ends in the
 * backslash that makes the shell read on, so that all of them can be pasted at once.
 */
export function shellLines(command: string, columns: number): string[] {
  const words = command.match(/(?:\\.|'[^']*'|[^\s'\\])+/g) ?? [];
  const isFlag = (word: string | undefined): boolean => word?.startsWith('-') ?? true;
  const held = words
    .map((word, index) => {
      const end = index === words.length - 1 ? '' : isFlag(word) && !isFlag(words[index + 1]) ? HELD : ' ';
      return `${word.replaceAll(' ', HELD)}${end}`;
    })
    .join('');
  const lines = wrapped(held, columns - CONTINUED.length - INDENT.length);
  return lines.map((line, index) => {
    const start = index === 0 ? '' : INDENT;
    const end = index === lines.length - 1 ? '' : CONTINUED;
    return `${start}${line.replaceAll(HELD, ' ')}${end}`;
  });
}
