import { join } from 'node:path';
import { runScenarios } from '../../../dist/runner/index.js';
import { loadScenario, readScenarioText } from '../../../dist/scenario/index.js';

const FILE = join(import.meta.dirname, '../../../bench/streams.yaml');
const BEGIN_MS = 500;
/** How long data stays away when the question is who notices at all. */
export const LONG_MS = 75_000;
/** A connection of this age has proved itself to every client: the longest that one asks for is 30 s (ccxt). */
export const PROVEN_MS = 31_000;
/** After the lift: for whoever has to wait for the endpoint, with the longest pause between two dials. */
const TAIL_MS = { reset: 4000, refuse: 4000 };
const SHORT_TAIL_MS = 1500;
/** Launches of one client under one fault, until one of them counts. */
const MOST_TRIES = 5;
/** Long launches at the same time: four exchanges and four clients leave the machine mostly idle. */
const AT_ONCE = 4;

/** One launch of every client, one after the other, each under one fault of the scenario. */
export async function measureInTurn(kind, seed) {
  const first = measured(await run(await load(kind), seed));
  const again = [];
  for (const name of Object.keys(first.clients))
    again.push(await untilItCounts(kind, { name, seed, last: alone(first, name) }));
  return together([first, ...again]);
}

/** One launch of every client, several at once, each against an exchange of its own; `times` are other ones than usual. */
export async function measureAtOnce(kind, times) {
  const names = Object.keys((await load(kind)).scenario.arms);
  const results = [];
  for (let i = 0; i < names.length; i += AT_ONCE) {
    const group = names.slice(i, i + AT_ONCE);
    results.push(...(await Promise.all(group.map((name) => untilItCounts(kind, { name, seed: 1, ...times })))));
  }
  return together(results);
}

/**
 * The last launch of a client, or the first further one that counts: the fault was felt (the streams of some clients are
 * at the other endpoint; then the fault goes there), and the machine did not stand still meanwhile.
 */
async function untilItCounts(kind, { name, seed, last, ...times }) {
  let endpoint = 0;
  for (let tries = last ? 1 : 0; tries < MOST_TRIES; tries += 1) {
    if (last && counts(last, name)) break;
    if (last && !last.clients[name].felt) endpoint = 1 - endpoint;
    const loaded = await load(kind, { endpoint, ...times });
    const again = measured(await run(loaded, seed, name));
    again.clients[name].tries = tries + 1;
    last = again;
  }
  return last;
}

function counts({ clients }, name) {
  return clients[name].felt && !clients[name].disturbed;
}

/** Several results as one; of a client that was measured again, the last. */
function together(results) {
  return {
    durationMs: results[0].durationMs,
    clients: Object.assign({}, ...results.map(({ clients }) => clients)),
    checks: results.reduce((sum, { checks }) => sum + checks, 0),
    disagreements: results.flatMap(({ disagreements }) => disagreements),
  };
}

/** The part of a result that is one client's; its checks stay with the whole. */
function alone({ durationMs, clients }, name) {
  return { durationMs, clients: { [name]: { ...clients[name], tries: 1 } }, checks: 0, disagreements: [] };
}

/** The scenario with one of its faults alone, changed where asked for, and as long as that takes. */
async function load(kind, changes = {}) {
  const text = await readScenarioText(FILE);
  const plain = loadScenario({ text, file: FILE, quick: false });
  const found = plain.scenario.timeline.find((fault) => fault.kind === kind);
  const { atMs, durationMs, ...fault } = { ...found, atMs: BEGIN_MS, ...changes };
  const holdMs = atMs + durationMs + (TAIL_MS[kind] ?? SHORT_TAIL_MS);
  const overrides = [
    override('timeline', [{ ...fault, at: `${atMs}ms`, duration: `${durationMs}ms` }]),
    override('load.streams.hold', `${holdMs}ms`),
  ];
  return loadScenario({ text, file: FILE, quick: false, overrides });
}

function override(path, value) {
  return { path, value, text: JSON.stringify(value) };
}

/** Runs all arms in turn, or the one that is named. */
async function run(loaded, seed, name) {
  const { signal } = new AbortController();
  const { scenario } = loaded;
  const arms = name === undefined ? scenario.arms : { [name]: { ...scenario.arms[name], role: 'control' } };
  const scenarios = [{ ...loaded, scenario: { ...scenario, arms } }];
  const { scenarios: measurements } = await runScenarios({ scenarios, seed, signal, onProgress: () => undefined });
  return measurements[0];
}

/** What is kept of a run: each client's fault and losses, and what the witnesses do not agree on. */
function measured({ arms, faults, witness, scenario, machine }) {
  const clients = Object.entries(arms).map(([name, { metrics }]) => {
    const row = faults.find(({ arm }) => arm === name);
    const { felt, streamsAffected, detectedMs, recoveredMs } = row;
    const { messagesReceived, messagesLost, messagesRepeated, lossUnreported, gapOverReport } = metrics;
    const losses = { messagesReceived, messagesLost, messagesRepeated, lossUnreported, gapOverReport };
    const disturbed = machine.some((turn) => turn.arm === name && turn.disturbed);
    return [name, { felt, disturbed, streamsAffected, detectedMs, recoveredMs, ...losses }];
  });
  return {
    durationMs: scenario.timeline[0].durationMs,
    clients: Object.fromEntries(clients),
    checks: witness.checks.length,
    disagreements: witness.checks.filter(({ agree }) => !agree).map(({ arm, id, identity }) => ({ arm, id, identity })),
  };
}
