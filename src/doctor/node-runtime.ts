import { type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';

const VERSION: Subject = {
  id: 'node-version',
  unit: '',
  effect: 'timings of another major do not compare with stored ones; below 20.19 nothing is promised to work',
  remedy: 'a release line with long-term support, 20.19 or newer',
};

const LEAST = { major: 20, minor: 19 };

/** Even majors get long-term support, odd ones live for half a year. */
export function nodeVersion({ node }: Machine): Finding {
  const [major = 0, minor = 0] = node.version.replace(/^v/, '').split('.').map(Number);
  const old = major < LEAST.major || (major === LEAST.major && minor < LEAST.minor);
  return found(VERSION, old ? 'bad' : major % 2 === 1 ? 'note' : 'ok', null, node.version);
}

const FLAGS: Subject = {
  id: 'node-flags',
  unit: '',
  effect: 'arms and exchange inherit the environment: coverage, profilers and debuggers slow every operation',
  remedy: 'unset them for the measurement; mp-bench needs none',
};

/** Make other code run, or make it wait. */
const SLOWING =
  /--(?:inspect|prof|cpu-prof|heap-prof|jitless|no-opt|trace|interpreted|expose-internals|experimental-test-coverage)/;
/** A process with this one waits for a debugger before it does anything. */
const WAITING = /--inspect-(?:brk|wait)/;

/** Options of Node that the measuring processes inherit, or that slow this one. */
export function nodeFlags({ node, env }: Machine): Finding {
  const options = env['NODE_OPTIONS'] ?? '';
  const given = [
    ...(options === '' ? [] : [{ text: `NODE_OPTIONS=${options}`, slows: SLOWING.test(options) }]),
    ...INHERITED.filter((name) => (env[name] ?? '') !== '').map((name) => ({ text: name, slows: true })),
    ...node.execArgv.map((text) => ({ text, slows: SLOWING.test(text) })),
    ...(node.inspected ? [{ text: 'a debugger can attach', slows: true }] : []),
  ];
  if (given.length === 0) return found(FLAGS, 'ok', null, 'none');
  const words = given.map(({ text }) => text).join(', ');
  const hurts = WAITING.test(options) || (env['NODE_V8_COVERAGE'] ?? '') !== '';
  return found(FLAGS, hurts ? 'bad' : given.some(({ slows }) => slows) ? 'warn' : 'note', null, words);
}

const INHERITED = ['NODE_V8_COVERAGE', 'NODE_DEBUG', 'NODE_DEBUG_NATIVE', 'NODE_PENDING_DEPRECATION'];
