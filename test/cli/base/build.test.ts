import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBase } from '../../../src/cli/base/build.js';

let repository = '';
const git = (...args: string[]): void => {
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', repository, ...author, ...args], { stdio: 'ignore' });
};
const commit = async (files: Record<string, string>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(repository, name), text);
  git('add', '-A');
  git('commit', '-m', 'one more');
};
const manifest = (build: string): string => JSON.stringify({ name: 'collector', scripts: { build } });

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'mp-bench-repository-'));
  git('init');
  await commit({ 'package.json': manifest('node -e ""'), 'driver.mjs': 'export const revision = 1;\n' });
  git('tag', 'first');
  await commit({ 'driver.mjs': 'export const revision = 2;\n', 'late.mjs': '\n' });
  await commit({ 'package.json': manifest('node -e "throw new Error(1234)"') });
});
afterAll(() => rm(repository, { recursive: true, force: true }));

describe('the build of another revision', () => {
  it('has that revision’s files, and leaves nothing behind', async () => {
    const base = await buildBase(repository, 'first');
    expect(base).toMatchObject({ ref: 'first', commit: expect.stringMatching(/^[0-9a-f]{40}$/) as string });
    const driver = base.driverOf('./driver.mjs');
    expect(await readFile(driver, 'utf8')).toContain('revision = 1');
    expect(await readFile(join(repository, 'driver.mjs'), 'utf8')).toContain('revision = 2');
    expect(() => base.driverOf('./late.mjs')).toThrow('not a part of this repository that the other build has');
    expect(() => base.driverOf('pooled')).toThrow('the driver pooled is not a part of this repository');
    expect(() => base.driverOf('/etc/hostname')).toThrow('not a part');
    await base.remove();
    expect(existsSync(dirname(driver))).toBe(false);
  });

  it('is refused where there is no such revision, no repository, or it cannot be built', async () => {
    const usage = { code: 'E_USAGE' };
    await expect(buildBase(repository, 'second')).rejects.toMatchObject({
      ...usage,
      message: '--base: there is no revision second',
    });
    await expect(buildBase(repository, '--help')).rejects.toMatchObject(usage);
    await expect(buildBase(tmpdir(), 'HEAD')).rejects.toMatchObject({
      ...usage,
      message: expect.stringContaining('no git repository') as string,
    });
    await expect(buildBase(repository, 'HEAD')).rejects.toMatchObject({
      ...usage,
      message: expect.stringContaining('1234') as string,
    });
  });
});
