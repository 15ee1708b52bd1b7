import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './imports.js';

/** What loading an entry point of the library may bring in: folders of dist/, and packages with their own parts. */
const ENTRIES = [
  { entry: 'pool', folders: ['base', 'pool'], packages: ['undici', 'ws'] },
  { entry: 'objects', folders: ['base', 'objects'], packages: [] },
  { entry: 'memory', folders: ['base', 'memory'], packages: [] },
];

// The hook runs in a thread of its own and hears of ES modules; what those require shows in CommonJS's own cache.
const HOOK = `import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(1, url + '\\n');
  return next(url, context);
}`;

function probe(entry: string): string {
  return `import module, { register } from 'node:module';
  import { pathToFileURL } from 'node:url';
  register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(HOOK)}`)});
  await import(${JSON.stringify(pathToFileURL(join(ROOT, 'dist', entry, 'index.js')).href)});
  for (const file of Object.keys(module._cache)) console.log(pathToFileURL(file).href);
  process.exit();`;
}

/** Everything that a fresh process loads for the entry: `folder:<name>` of dist/, `package:<name>`, or the rest as it is. */
function loadedBy(entry: string): string[] {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', probe(entry)], { encoding: 'utf8' });
  const dist = `${pathToFileURL(join(ROOT, 'dist')).href}/`;
  const kinds = output
    .trim()
    .split('\n')
    .filter((url) => !url.startsWith('node:'))
    .map((url) => {
      const name = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
      if (name !== undefined) return `package:${name}`;
      return url.startsWith(dist) ? `folder:${url.slice(dist.length).split('/')[0]}` : url;
    });
  return [...new Set(kinds)];
}

describe('an entry point of the library', () => {
  beforeAll(() => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')]);
  });

  test.each(ENTRIES)('mp-bench/$entry loads nothing of the command', ({ entry, folders, packages }) => {
    const allowed = new Set([...folders.map((name) => `folder:${name}`), ...packages.map((name) => `package:${name}`)]);
    const loaded = loadedBy(entry);
    expect(loaded).toContain(`folder:${entry}`);
    expect(loaded.filter((one) => !allowed.has(one))).toEqual([]);
  });
});
