import type { z } from 'zod';
import type { Problem, SourceLocation } from '../base/index.js';
import { fieldsAt, kindsWith, scenarioJsonSchema } from './json-schema.js';
import { valueAt } from './overrides.js';
import type { Path } from './positions.js';
import { suggestion } from './suggest.js';

/** Says where something at a path was written. */
export type Locate = (path: Path, want?: 'key' | 'value') => SourceLocation;

type Issue = z.core.$ZodIssue;

/** Words one schema issue: what, where, what was expected and what was found. */
export function explain(issue: Issue, value: unknown, locate: Locate): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(path, key, value, locate));
  if (issue.code === 'invalid_key') return [badName(path, locate)];
  const found = valueAt(value, path);
  const name = dotted(path) === '' ? 'the scenario' : `\`${dotted(path)}\``;
  if (found === undefined) return [{ message: `${name} is missing: ${expected(issue)}`, location: locate(path) }];
  const hint = typeof found === 'string' ? suggestion(found, choices(issue)) : undefined;
  return [
    {
      message: `${name}: ${expected(issue)}, got ${shown(found)}`,
      location: locate(path),
      ...(hint !== undefined && { hint }),
    },
  ];
}

function dotted(path: Path): string {
  return path.join('.');
}

function unknownField(path: Path, key: string, value: unknown, locate: Locate): Problem {
  const schema = scenarioJsonSchema();
  const kinds = kindsWith(schema, path, key).filter((kind) => !isOfKind(valueAt(value, path), kind));
  const hint = kinds.length > 0 ? `it goes with ${kinds.join(' or ')}` : suggestion(key, fieldsAt(schema, path));
  return {
    message: `unknown field \`${dotted([...path, key])}\``,
    location: locate([...path, key], 'key'),
    ...(hint !== undefined && { hint }),
  };
}

function isOfKind(section: unknown, kind: string): boolean {
  const [field = '', name] = kind.split(': ');
  return valueAt(section, [field]) === name;
}

function badName(path: Path, locate: Locate): Problem {
  const message = `\`${String(path.at(-1))}\`: a name is lower-case letters, digits and -, and starts with a letter`;
  return { message, location: locate(path, 'key') };
}

function expected(issue: Issue): string {
  if (issue.code === 'invalid_type') return `expected ${typeName(issue.expected)}`;
  if (issue.code === 'too_small')
    return `expected ${amount(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
  if (issue.code === 'too_big') return `expected ${amount(issue.origin, 'at most', issue.maximum)}`;
  const known = choices(issue);
  return known.length > 0 && issue.code !== 'custom' ? `expected ${known.join(', ')}` : issue.message;
}

const COUNTED: Readonly<Record<string, string>> = { array: ' entries', string: ' characters' };

function amount(origin: string, word: string, bound: number | bigint): string {
  return `${word} ${bound}${COUNTED[origin] ?? ''}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section',
  record: 'a section',
};

function typeName(type: string): string {
  return TYPE_NAMES[type] ?? type;
}

function choices(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union' && 'options' in issue) return (issue.options as unknown[]).map(String);
  return issue.code === 'custom' ? ((issue.params?.['known'] ?? []) as string[]) : [];
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a section' : JSON.stringify(value);
}
