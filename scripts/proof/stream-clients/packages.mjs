import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const CONTENDERS = ['ws', 'reconnecting-websocket', 'partysocket', 'ccxt'];

/** The contenders are dependencies of bench/, a package of its own. */
export function installBenchPackages() {
  if (CONTENDERS.every((name) => existsSync(packageFile(name)))) return;
  execFileSync('npm', ['--prefix', 'bench', 'ci'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

export function versions() {
  const version = (file) => JSON.parse(readFileSync(file, 'utf8')).version;
  return {
    'mp-bench': version(join(root, 'package.json')),
    ...Object.fromEntries(CONTENDERS.map((name) => [name, version(packageFile(name))])),
  };
}

function packageFile(name) {
  return join(root, 'bench/node_modules', name, 'package.json');
}
