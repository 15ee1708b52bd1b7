import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeProject, type Project } from './project.js';

describe('scripts/build.mjs', () => {
  let project: Project;
  const output = (file: string): string => join(project.path, 'dist', file);
  const build = (): ReturnType<Project['run']> => project.run('scripts/build.mjs');

  beforeEach(() => {
    project = makeProject(['scripts/build.mjs']);
  });

  afterEach(() => {
    project.remove();
  });

  test('compiles without a word and leaves no other folder behind', () => {
    expect(build()).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(output('index.js'), 'utf8')).toContain('answer = 42');
    expect(readdirSync(project.path).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
  });

  test('does nothing when the input is the same, even when its times are not', () => {
    build();
    const built = statSync(output('index.js'));
    project.write('src/index.ts', 'export const answer: number = 42;\n');
    expect(build().status).toBe(0);
    expect(statSync(output('index.js'))).toMatchObject({ ino: built.ino, mtimeMs: built.mtimeMs });
  });

  test('builds again when a source changed, and drops the output of one that is gone', () => {
    project.write('src/old.ts', 'export const old = 1;\n');
    build();
    expect(existsSync(output('old.js'))).toBe(true);
    rmSync(join(project.path, 'src/old.ts'));
    project.write('src/index.ts', 'export const answer: number = 43;\n');
    expect(build().status).toBe(0);
    expect(readFileSync(output('index.js'), 'utf8')).toContain('answer = 43');
    expect(existsSync(output('old.js'))).toBe(false);
  });

  test('keeps the old output when the sources do not compile, and says why', () => {
    build();
    project.write('src/index.ts', 'export const answer: number = "many";\n');
    const { status, stdout, stderr } = build();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('TS2322');
    expect(readFileSync(output('index.js'), 'utf8')).toContain('answer = 42');
  });
});
