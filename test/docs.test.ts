import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodeOfError } from '../src/cli/exit-codes.js';
import type { ErrorCode } from '../src/base/index.js';
import { METRICS } from '../src/metrics/index.js';
import { readSources, ROOT } from './imports.js';

const page = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

/** First cell (in backticks) and the other cells of every table row of a page. */
function tableRows(text: string): [string, string[]][] {
  const rows = text.split('\n').map((line) => /^\| `([^`]+)` \| (.*) \|$/.exec(line));
  return rows.flatMap((match) => (match ? [[match[1] ?? '', (match[2] ?? '').split(' | ')]] : []));
}

const sorted = (names: Iterable<string>): string[] => [...names].sort((a, b) => a.localeCompare(b));

describe('docs/metrics.md', () => {
  test('has a row for every metric of the catalogue, with its unit, shape, direction and meaning, and no other', () => {
    const catalogue = Object.entries(METRICS).map(([name, { unit, shape, better, meaning }]) => [
      name,
      [unit, shape, better, meaning],
    ]);
    expect(tableRows(page('docs/metrics.md'))).toEqual(catalogue);
  });
});

describe('docs/errors.md', () => {
  const rows = tableRows(page('docs/errors.md'));
  const documented = rows.map(([code]) => code);
  // A union of codes, or an error class with one code of its own.
  const declarations = /^export type \w*ErrorCode =([^;]+);|^ {2}readonly code = ('E_\w+');/gm;
  const declared = Object.values(readSources()).flatMap((text) =>
    [...text.matchAll(declarations)].flatMap(([, union, single]) =>
      [...(union ?? single ?? '').matchAll(/'(E_\w+)'/g)].map((match) => match[1] ?? ''),
    ),
  );

  test('lists every error code that the sources declare once, and no other', () => {
    expect(declared).toEqual(expect.arrayContaining(['E_USAGE', 'E_POOL_RELEASED']));
    expect(sorted(documented)).toEqual(sorted(declared));
  });

  test('gives the exit code of every error that ends the command', () => {
    const union = /export type ErrorCode =([^;]+);/.exec(readSources()['base/errors.ts'] ?? '')?.[1] ?? '';
    const codes = Array.from(union.matchAll(/'(E_\w+)'/g), (match) => match[1] as ErrorCode);
    const shown = rows.filter(([code]) => codes.includes(code as ErrorCode)).map(([code, cells]) => [code, cells[0]]);
    expect(shown).toHaveLength(codes.length);
    expect(shown).toEqual(shown.map(([code]) => [code, String(exitCodeOfError(code as ErrorCode))]));
  });

  test('misses no code that the sources name without declaring it', () => {
    const named = Object.values(readSources()).flatMap((text) => Array.from(text.matchAll(/['"`](E_[A-Z_]+)['"`]/g)));
    expect(new Set(named.map((match) => match[1]))).toEqual(new Set(declared));
  });
});

describe('the pages of the project', () => {
  const pages = [
    ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
    ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
  ].filter((name) => name.endsWith('.md'));

  test('link only to files that are there', () => {
    const links = pages.flatMap((name) =>
      [...page(name).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map((match) => [name, match[1] ?? ''] as const),
    );
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter(([name, target]) => !existsSync(join(ROOT, dirname(name), target)))).toEqual([]);
  });

  test('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(page('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap((name) =>
      [...page(name).matchAll(/npm run ([\w:]+)/g)].map((match) => [name, match[1] ?? ''] as const),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(([, script]) => !(script in scripts))).toEqual([]);
  });

  test('name only files of the project that exist', () => {
    const named = pages.flatMap((name) =>
      [...page(name).matchAll(/`((?:src|test|scripts|docs)\/[\w./-]+?\.(?:ts|mjs|md))`/g)].map(
        (match) => [name, match[1] ?? ''] as const,
      ),
    );
    expect(named.length).toBeGreaterThan(0);
    // Pages that a proof renders are there once the proof has run.
    const missing = named.filter(([, file]) => !existsSync(join(ROOT, file)) && !file.startsWith('docs/proof-'));
    expect(missing).toEqual([]);
  });
});
