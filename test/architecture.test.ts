import { describe, expect, test } from 'vitest';
import { cyclesOf, folderOf, importsOf, readSources, type Import, type Sources } from './imports.js';

const LIBRARY = ['pool', 'objects', 'memory'];
const MEASURING = ['base', 'metrics', ...LIBRARY, 'exchange', 'scenario', 'driver'];
const DECIDING = ['statistics', 'record', 'gate', 'baseline'];

/**
 * Who may import whom, by folder of src/, in the order of the data flow. A folder may always import from itself.
 * `packages` are the dependencies it may load; node's own modules are open to everyone.
 */
const RULES: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>> = {
  base: { folders: [], packages: [] },
  metrics: { folders: ['base'], packages: [] },
  statistics: { folders: ['base'], packages: [] },

  // The library: knows nothing of the harness.
  pool: { folders: ['base'], packages: ['undici', 'ws'] },
  objects: { folders: ['base'], packages: [] },
  memory: { folders: ['base'], packages: [] },

  // The second witness: knows nothing of the pools.
  link: { folders: ['base'], packages: [] },
  exchange: { folders: ['base', 'link'], packages: ['ws', '@peculiar/x509', 'dns-packet'] },

  // Looks at the machine; every record holds what it found.
  doctor: { folders: ['base'], packages: [] },

  // The stages.
  scenario: { folders: ['base', 'metrics'], packages: ['zod', 'yaml'] },
  driver: { folders: ['base', ...LIBRARY], packages: ['ws'] },
  record: { folders: ['base', 'metrics', 'doctor'], packages: ['hdr-histogram-js'] },
  gate: { folders: ['base', 'metrics', 'statistics', 'scenario', 'record'], packages: [] },
  baseline: { folders: ['base', 'metrics', 'statistics', 'scenario', 'record', 'gate'], packages: ['zod', 'yaml'] },
  runner: { folders: [...MEASURING, 'statistics', 'record'], packages: [] },
  'self-test': { folders: ['base', 'driver', 'statistics', 'record'], packages: [] },
  observe: { folders: ['base', 'metrics', 'statistics', 'scenario', 'exchange', 'record'], packages: [] },
  report: {
    folders: ['base', 'metrics', 'statistics', 'scenario', 'record', 'gate', 'baseline', 'self-test'],
    packages: ['chalk', 'cli-table3'],
  },

  // The composition root, and the library's front door.
  cli: {
    folders: [...MEASURING, ...DECIDING, 'doctor', 'runner', 'observe', 'report', 'self-test'],
    packages: ['commander', 'chalk'],
  },
  index: { folders: [...MEASURING, ...DECIDING, 'runner', 'observe', 'report'], packages: [] },
};

/** What only `cli` (which owns the terminal) and `base` (which owns time and chance) may touch. */
const GUARDED = [/\bconsole\.\w+/, /\bprocess\.exit\b/, /\bDate\.now\b/, /\bMath\.random\b/];
const GUARDED_ALLOWED = ['cli', 'base'];

const all = (sources: Sources): Import[] => Object.entries(sources).flatMap(([file, text]) => importsOf(file, text));

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function breach({ file, specifier, target }: Import): string | undefined {
  const folder = folderOf(file);
  const rule = RULES[folder];
  if (!rule) return `src/${file}: folder "${folder}" has no rule; add it to the table`;
  if (target !== null) {
    const other = folderOf(target);
    if (other === folder || rule.folders.includes(other)) return undefined;
    return `src/${file} imports '${specifier}': ${folder} may import ${rule.folders.join(', ') || 'itself alone'}, not ${other}`;
  }
  if (specifier.startsWith('node:') || rule.packages.includes(packageOf(specifier))) return undefined;
  return `src/${file} imports '${specifier}': ${folder} may load ${['node:', ...rule.packages].join(', ')}`;
}

const breaches = (sources: Sources): string[] => all(sources).flatMap((one) => breach(one) ?? []);

function guardedUses(sources: Sources): string[] {
  return Object.entries(sources)
    .filter(([file]) => !GUARDED_ALLOWED.includes(folderOf(file)))
    .flatMap(([file, text]) =>
      GUARDED.flatMap((name) => {
        const found = name.exec(withoutComments(text));
        return found ? [`src/${file} uses ${found[0]}: only ${GUARDED_ALLOWED.join(' and ')} may`] : [];
      }),
    );
}

// Line comments need a space or line start before them, so that `https://` inside a string survives.
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

describe('the sources', () => {
  const sources = readSources();

  test('are found, with their imports', () => {
    expect(Object.keys(sources)).toContain('base/clock.ts');
    expect(all(sources)).toContainEqual({
      file: 'pool/contracts.ts',
      specifier: '../base/index.js',
      target: 'base/index.ts',
    });
  });

  test('import only what their folder may', () => {
    expect(breaches(sources)).toEqual([]);
  });

  test('import no file that is not there', () => {
    const missing = all(sources).filter(({ target }) => target !== null && !(target in sources));
    expect(missing).toEqual([]);
  });

  test('have no cycles, types included', () => {
    expect(cyclesOf(all(sources)).map((cycle) => cycle.join(' → '))).toEqual([]);
  });

  test('leave the terminal, the wall clock and unseeded chance to cli and base', () => {
    expect(guardedUses(sources)).toEqual([]);
  });

  test('have a rule for every folder, and rules that point left only', () => {
    const names = Object.keys(RULES);
    expect(
      Object.keys(sources)
        .map(folderOf)
        .filter((folder) => !names.includes(folder)),
    ).toEqual([]);
    const twoWays = names.flatMap((one) =>
      (RULES[one]?.folders ?? []).filter((other) => RULES[other]?.folders.includes(one)).map((other) => [one, other]),
    );
    expect(twoWays).toEqual([]);
  });
});

describe('the checks themselves', () => {
  test('see every way of naming a module', () => {
    const text = [
      `import { a } from './a.js';`,
      `import type {\n  B,\n} from "./b.js";`,
      `import './c.js';`,
      `export { d } from './d.js';`,
      `export * from './e.js';`,
      `const f = await import('./f.js');`,
      `let g: import('./g.js').G;`,
      `export const from = 'nothing';`,
      `// import { h } from './h.js';`,
    ].join('\n');
    const specifiers = importsOf('x/y.ts', text).map(({ specifier }) => specifier);
    expect(specifiers).toEqual(['./a.js', './b.js', './c.js', './d.js', './e.js', './f.js', './g.js']);
  });

  test.each([
    ['pool/a.ts', '../runner/index.js', 'pool may import base, not runner'],
    ['exchange/a.ts', '../pool/index.js', 'exchange may import base, link, not pool'],
    ['gate/a.ts', '../report/index.js', 'not report'],
    ['runner/a.ts', '../cli/main.js', 'not cli'],
    ['driver/a.ts', '../index.js', 'not index'],
    ['pool/a.ts', 'zod', 'pool may load node:, undici, ws'],
    ['base/a.ts', '../metrics/index.js', 'base may import itself alone, not metrics'],
    ['newcomer/a.ts', '../base/index.js', 'has no rule'],
  ])('catch %s importing %s', (file, specifier, told) => {
    expect(breaches({ [file]: `import { x } from '${specifier}';` })).toEqual([expect.stringContaining(told)]);
  });

  test('catch a cycle and name its files', () => {
    const sources = {
      'a.ts': `import './b.js';`,
      'b.ts': `import './c.js';`,
      'c.ts': `import type { A } from './a.js';`,
    };
    expect(cyclesOf(all(sources))).toEqual([['a.ts', 'b.ts', 'c.ts', 'a.ts']]);
  });

  test.each(['console.log(1)', 'process.exit(1)', 'Date.now()', 'Math.random()'])('catch %s outside cli', (use) => {
    expect(guardedUses({ 'pool/a.ts': use })).toHaveLength(1);
    expect(guardedUses({ 'cli/a.ts': use, 'pool/b.ts': `// ${use}\n/* ${use} */ const url = 'https://x'` })).toEqual(
      [],
    );
  });
});
