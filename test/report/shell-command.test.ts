import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/command-line.js';
import { shellLines } from '../../src/report/shell-command.js';

describe('a command in lines', () => {
  it('stays in one where it fits', () => {
    expect(shellLines('npx mp-bench run a --seed 7', 80)).toEqual(['npx mp-bench run a --seed 7']);
  });

  it('is broken between arguments, never between a flag and its value', () => {
    expect(shellLines('npx mp-bench run rest-polling --set pool.max=24 --set link.rtt=5ms --seed 7', 44)).toEqual([
      'npx mp-bench run rest-polling \\',
      '  --set pool.max=24 --set link.rtt=5ms \\',
      '  --seed 7',
    ]);
  });

  it('is never broken inside quotes', () => {
    expect(shellLines("npx mp-bench run a --set 'question=Why does it take so long?' --seed 7", 30)).toEqual([
      'npx mp-bench run a \\',
      "  --set 'question=Why does it take so long?' \\",
      '  --seed 7',
    ]);
  });

  it('means the same to a shell as the whole', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'é', ' ', '=', "'", '"', '$', '\\', '-', '*', ';'),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 20, max: 60 }),
        (words, columns) => {
          const command = commandLine(words, 7).replace('mp-bench', 'printf "%s\\0"');
          const said = (text: string): string => spawnSync('sh', ['-c', text], { encoding: 'utf8' }).stdout;
          const lines = shellLines(command, columns);
          expect(said(lines.join('\n'))).toBe(said(command));
        },
      ),
      { numRuns: 40, seed: 5 },
    );
  });
});
