/** The command that repeats this run: as it was given, with the seed made explicit. */
export function commandLine(argv: readonly string[], seed: number): string {
  const given = argv.some((part) => part === '--seed' || part.startsWith('--seed='));
  return shellCommand([...argv, ...(given ? [] : ['--seed', String(seed)])]);
}

/** What of a run decides what is measured and judged. */
export interface Repeatable {
  readonly quick: boolean;
  readonly seed: number;
  readonly set: readonly string[];
  readonly arm: readonly string[];
  readonly driver: readonly string[];
  readonly baseline: readonly string[];
}

/** The command that repeats one scenario of a run alone. */
export function scenarioCommand(scenario: string, flags: Repeatable): string {
  const { quick, seed, set, arm, driver, baseline } = flags;
  const list = (flag: string, values: readonly string[]): readonly string[] =>
    values.length > 0 ? [flag, ...values] : [];
  return shellCommand([
    'run',
    scenario,
    ...(quick ? ['--quick'] : []),
    ...set.flatMap((override) => ['--set', override]),
    ...list('--arm', arm),
    ...list('--driver', driver),
    ...list('--baseline', baseline),
    '--seed',
    String(seed),
  ]);
}

function shellCommand(words: readonly string[]): string {
  return ['mp-bench', ...words].map(quoted).join(' ');
}

// As a POSIX shell wants it.
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
