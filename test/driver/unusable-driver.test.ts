import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SMALL } from '../scenario/fixture.js';
import { Workplace } from '../e2e/command.js';

describe('a run with a driver that cannot be used', () => {
  it.each([
    ['is not there', undefined, '/gone.mjs: no such file'],
    ['exports no factory', 'export const name = 1;', 'it exports no function `createDriver`'],
    ['throws while it is loaded', 'throw new TypeError("no way");', 'it fails to load: TypeError: no way'],
  ])('that %s ends with 78 and a line, not with a stack', { timeout: 60_000 }, async (_what, text, told) => {
    using place = new Workplace();
    const driver = text === undefined ? './gone.mjs' : './mine.mjs';
    const file = join(place.files, 'small.yaml');
    writeFileSync(file, SMALL.replace('driver: pooled', `driver: ${driver}`));
    if (text !== undefined) writeFileSync(join(place.files, 'mine.mjs'), text);
    const { code, stdout, stderr } = await place.run(['run', file, '--no-progress']);
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain('    at ');
  });
});
