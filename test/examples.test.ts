import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './imports.js';

/** What each example prints; how many connections it takes is the machine's business. */
const OUTPUTS: Readonly<Record<string, string>> = {
  'http-pool.mjs': `20 responses, the last one {"path":"/depth?limit=19"}
active 0 · idle # · pending 0 · opened #
`,
  'fetch.mjs': `200 60000.10
200 60000.10
200 60000.10
6 requests on 1 connection, 5 of them on one used before
`,
  'redis.mjs': `the pool is not about HTTP
active 0 · idle # · pending 0 · opened #
`,
};

describe('the examples', () => {
  const directory = join(ROOT, 'examples');

  beforeAll(() => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')]);
  });

  test('are all run here', () => {
    // The collector runs until it is stopped: test/e2e/collector.test.ts.
    expect(readdirSync(directory).sort()).toEqual([...Object.keys(OUTPUTS), 'collector.mjs'].sort());
  });

  test.each(Object.entries(OUTPUTS))('%s prints what it should and ends by itself', (file, output) => {
    const printed = execFileSync(process.execPath, [join(directory, file)], { encoding: 'utf8', timeout: 15_000 });
    expect(printed.replace(/(opened|idle) \d+/g, '$1 #')).toBe(output);
  });

  test('include the pool alone in twenty lines', () => {
    const lines = readFileSync(join(directory, 'http-pool.mjs'), 'utf8').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('//')).length).toBeLessThanOrEqual(20);
  });
});
