/** The command that repeats this run: as it was given, with the seed made explicit. */
export function commandLine(argv: readonly string[], seed: number): string {
  const given = argv.some((part) => part === '--seed' || part.startsWith('--seed='));
  const words = ['mp-bench', ...argv, ...(given ? [] : ['--seed', String(seed)])];
  return words.map(quoted).join(' ');
}

// As a POSIX shell wants it.
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
