import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeProject, type Project } from './project.js';

const SQUARES = `import { existsSync } from 'node:fs';
export default {
  version: 1,
  trials: () => ['1', '2', '3'],
  async runTrial(id) {
    if (id === '3' && existsSync('trouble')) throw new Error('the third trial broke');
    return id * id;
  },
  render: (results) => '# Squares\\n\\n' + [...results].map((pair) => pair.join(' → ')).join('\\n'),
};
`;

describe('npm run proof', () => {
  let project: Project;
  const read = (file: string): string => readFileSync(join(project.path, file), 'utf8');
  const trials = (): string[] =>
    read('proof/squares.ndjson')
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\{"trial":"(\d)".*$/, '$1'));
  const prove = (...args: string[]): ReturnType<Project['run']> => project.run('scripts/proof/run.mjs', ...args);

  beforeEach(() => {
    project = makeProject(['scripts/build.mjs', 'scripts/proof/run.mjs']);
    project.write('scripts/proof/squares.mjs', SQUARES);
    project.write('docs/.keep', '');
  });

  afterEach(() => {
    project.remove();
  });

  test('runs every trial, keeps the raw results and renders a page', () => {
    expect(prove()).toMatchObject({ status: 0, stdout: '' });
    expect(trials()).toEqual(['1', '2', '3']);
    expect(read('docs/proof-squares.md')).toMatch(/^# Squares\n\n1 → 1\n2 → 4\n3 → 9\n\n.*3 of 3 trials/);
  });

  test('goes on where it was stopped, even in the middle of a line', () => {
    project.write('trouble', '');
    expect(prove('squares').status).not.toBe(0);
    expect(trials()).toEqual(['1', '2']);
    appendFileSync(join(project.path, 'proof/squares.ndjson'), '{"trial":"3","ver');
    project.run('scripts/proof/run.mjs', 'squares', '--render');
    expect(read('docs/proof-squares.md')).toContain('2 of 3 trials');
    project.write('scripts/proof/squares.mjs', SQUARES.replace("existsSync('trouble')", 'false'));
    expect(prove('squares')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('3 trials, 1 to run') as string,
    });
    expect(trials().at(-1)).toBe('3');
    expect(read('docs/proof-squares.md')).toContain('3 → 9');
  });

  test('leaves out results of another version', () => {
    prove();
    project.write('scripts/proof/squares.mjs', SQUARES.replace('version: 1', 'version: 2'));
    expect(prove().stderr).toContain('3 trials, 3 to run');
  });

  test('names the experiments when asked for one that is not there', () => {
    const { status, stderr } = prove('cubes');
    expect(status).toBe(64);
    expect(stderr).toContain('experiments: squares');
  });
});
