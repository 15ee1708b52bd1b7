import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driverFactories, loadDriver } from '../../src/driver/index.js';

describe('a driver', () => {
  let folder = '';
  const written = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'driver-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(Object.keys(driverFactories))('that is built in is found by its name: %s', async (name) => {
    expect(await loadDriver(name)).toBe((await driverFactories[name]?.())?.createDriver);
  });

  it('that is a module is found by its path, absolute or from the working directory', async () => {
    const path = written('mine.mjs', 'export const createDriver = (context) => ({ context });');
    const createDriver = await loadDriver(path);
    expect(createDriver({ ca: 'x' } as never)).toEqual({ context: { ca: 'x' } });
    expect(await loadDriver(relative(process.cwd(), path))).toBe(createDriver);
  });

  it.each([
    ['is not there', undefined, 'no such file'],
    ['has the name of something that every object has', null, 'no such file'],
    ['exports no factory', 'export const driver = 1;', 'it exports no function `createDriver`'],
    ['exports something else under its name', 'export const createDriver = {};', 'no function `createDriver`'],
    ['throws while it is loaded', 'throw new TypeError("no way");', 'it fails to load: TypeError: no way (file://'],
    ['throws what is no error', 'throw "no way";', 'it fails to load: no way'],
    [
      'needs a package that is not there',
      'import "no-such-package-here";',
      "Cannot find package 'no-such-package-here'",
    ],
    ['is not JavaScript', 'export const = 1;', 'it fails to load: '],
  ])('that %s is a bad scenario, and the driver is named', async (what, text, told) => {
    const path = text === null ? 'toString' : join(folder, `${what.replaceAll(' ', '-')}.mjs`);
    if (typeof text === 'string') writeFileSync(path, text);
    await expect(loadDriver(path)).rejects.toMatchObject({
      code: 'E_SCENARIO',
      message: expect.stringContaining(told) as string,
      problems: [{ message: expect.stringContaining(`driver ${path}: `) as string }],
    });
  });
});
