import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Text of the source files by path below src/, with forward slashes. */
export type Sources = Readonly<Record<string, string>>;

export interface Import {
  /** Importing file below src/. */
  readonly file: string;
  /** As written. */
  readonly specifier: string;
  /** The imported file below src/, or null for a package or a built-in module. */
  readonly target: string | null;
}

export function readSources(): Sources {
  const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => name.replaceAll('\\', '/'));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(ROOT, 'src', file), 'utf8')]));
}

// The formatter puts every statement at the start of a line; comments and string contents do not begin like one.
const STATEMENT = /^(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]/gm;
const EXPRESSION = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** Every module that the file names: static, dynamic, re-exported or for its types alone. */
export function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(STATEMENT), ...text.matchAll(EXPRESSION)].map(([, specifier = '']) => ({
    file,
    specifier,
    target: specifier.startsWith('.') ? resolve(file, specifier) : null,
  }));
}

function resolve(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}

/** The first folder below src/; `index` for src/index.ts. */
export function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? file) : file.replace(/\.ts$/, '');
}

/** One path through the files for every cycle found, first file repeated at the end. */
export function cyclesOf(imports: readonly Import[]): string[][] {
  const edges = new Map<string, string[]>();
  for (const { file, target } of imports) {
    if (target !== null) edges.set(file, [...(edges.get(file) ?? []), target]);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const target of edges.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return cycles;
}
