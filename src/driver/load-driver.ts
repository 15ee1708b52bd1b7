import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MpBenchError } from '../base/index.js';
import type { DriverFactory } from './driver.js';
import { driverFactories } from './registry.js';

/**
 * The factory of a client under test: a built-in one by its name, or that of a module, which exports
 * `createDriver(context)`, by its path (absolute, or from the working directory).
 * @throws {MpBenchError} E_SCENARIO when there is no such file, when it fails to load, or when it exports no factory
 */
export async function loadDriver(nameOrPath: string): Promise<DriverFactory> {
  if (Object.hasOwn(driverFactories, nameOrPath)) {
    const builtIn = await driverFactories[nameOrPath]?.();
    if (builtIn) return builtIn.createDriver;
  }
  const path = resolve(nameOrPath);
  if (!existsSync(path)) throw unusable(nameOrPath, 'no such file');
  const { createDriver } = await imported(nameOrPath, path);
  if (typeof createDriver !== 'function') throw unusable(nameOrPath, 'it exports no function `createDriver`');
  return createDriver as DriverFactory;
}

async function imported(shown: string, path: string): Promise<{ readonly createDriver?: unknown }> {
  try {
    return (await import(pathToFileURL(path).href)) as { createDriver?: unknown };
  } catch (error) {
    throw unusable(shown, `it fails to load: ${described(error)}`, error);
  }
}

function unusable(shown: string, why: string, cause?: unknown): MpBenchError {
  const message = `driver ${shown}: ${why}`;
  return new MpBenchError('E_SCENARIO', message, [{ message }], { cause });
}

// A syntax error tells its place in the first line of its stack, other errors in the first line below their message.
function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = /file:\/\/\S+?:\d+/.exec(error.stack ?? '')?.[0];
  return `${error.name}: ${error.message}${place === undefined ? '' : ` (${place})`}`;
}
