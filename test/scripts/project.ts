import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../imports.js';

/** A small project of its own that the scripts of this one run in. */
export interface Project {
  readonly path: string;
  write(file: string, text: string): void;
  run(script: string, ...args: string[]): { status: number | null; stdout: string; stderr: string };
  remove(): void;
}

/** Makes a project with the scripts named and one source file. */
export function makeProject(scripts: readonly string[]): Project {
  const path = mkdtempSync(join(tmpdir(), 'mp-bench-scripts-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  for (const file of [...scripts, 'tsconfig.json']) cpSync(join(ROOT, file), join(path, file));
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  write('package.json', JSON.stringify({ name: 'small', type: 'module' }));
  write('src/index.ts', 'export const answer: number = 42;\n');
  return {
    path,
    write,
    run(script, ...args) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(path, script), ...args], {
        encoding: 'utf8',
        cwd: path,
      });
      return { status, stdout, stderr };
    },
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
