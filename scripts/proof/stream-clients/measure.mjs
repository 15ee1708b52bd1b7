import { join } from 'node:path';
import { runScenarios } from '../../../dist/runner/index.js';
import { loadScenario, readScenarioText } from '../../../dist/scenario/index.js';

const FILE = join(import.meta.dirname, '../../../bench/streams.yaml');
const BEGIN_MS = 500;
/** How long data stays away when the question is who notices at all. */
export const LONG_MS = 75_000;
/** After the lift: for whoever has to wait for the endpoint, with the longest pause between two dials. */
const TAIL_MS = { reset: 4000, refuse: 4000 };
const SHORT_TAIL_MS = 1500;

/** One launch of every client, one after the other, each under one fault of the scenario. */
export async function measureInTurn(kind, seed) {
  const first = measured(await run(await load(kind), seed));
  // A client whose streams are at the other endpoint has felt nothing: its launch is repeated, with the fault there.
  const spared = Object.keys(first.clients).filter((name) => !first.clients[name].felt);
  const again = [];
  for (const name of spared) again.push(measured(await run(alone(await load(kind, { endpoint: 1 }), name), seed)));
  return together([first, ...again]);
}

/** The fault for 75 s, over all clients at once, each against an exchange of its own. */
export async function measureAtOnce(kind) {
  const everywhere = await load(kind, { durationMs: LONG_MS });
  const names = Object.keys(everywhere.scenario.arms);
  return together(await Promise.all(names.map((name) => longLaunch(kind, everywhere, name))));
}

/** Where the streams of a client are is known from a launch; a short one will do. */
async function longLaunch(kind, loaded, name) {
  const first = measured(await run(alone(await load(kind, { durationMs: 1000 }), name), 1));
  const there = first.clients[name].felt ? loaded : await load(kind, { durationMs: LONG_MS, endpoint: 1 });
  return measured(await run(alone(there, name), 1));
}

/** Results of several runs as one; of a client that was measured again, the last. */
function together(results) {
  return {
    durationMs: results[0].durationMs,
    clients: Object.assign({}, ...results.map(({ clients }) => clients)),
    checks: results.reduce((sum, { checks }) => sum + checks, 0),
    disagreements: results.flatMap(({ disagreements }) => disagreements),
  };
}

/** The scenario with one of its faults alone, changed where asked for, and as long as that takes. */
async function load(kind, changes = {}) {
  const text = await readScenarioText(FILE);
  const plain = loadScenario({ text, file: FILE, quick: false });
  const found = plain.scenario.timeline.find((fault) => fault.kind === kind);
  const { atMs: _at, durationMs, ...fault } = { ...found, ...changes };
  const holdMs = BEGIN_MS + durationMs + (TAIL_MS[kind] ?? SHORT_TAIL_MS);
  const overrides = [
    override('timeline', [{ ...fault, at: `${BEGIN_MS}ms`, duration: `${durationMs}ms` }]),
    override('load.streams.hold', `${holdMs}ms`),
  ];
  return loadScenario({ text, file: FILE, quick: false, overrides });
}

function override(path, value) {
  return { path, value, text: JSON.stringify(value) };
}

function alone(loaded, name) {
  const { arms } = loaded.scenario;
  return { ...loaded, scenario: { ...loaded.scenario, arms: { [name]: { ...arms[name], role: 'control' } } } };
}

async function run(loaded, seed) {
  const { signal } = new AbortController();
  const { scenarios } = await runScenarios({ scenarios: [loaded], seed, signal, onProgress: () => undefined });
  return scenarios[0];
}

/** What is kept of a run: each client's fault and losses, and what the witnesses do not agree on. */
function measured({ arms, faults, witness, scenario }) {
  const clients = Object.entries(arms).map(([name, { metrics }]) => {
    const row = faults.find(({ arm }) => arm === name);
    const { felt, streamsAffected, detectedMs, recoveredMs } = row;
    const { messagesReceived, messagesLost, messagesRepeated, lossUnreported, gapOverReport } = metrics;
    const losses = { messagesReceived, messagesLost, messagesRepeated, lossUnreported, gapOverReport };
    return [name, { felt, streamsAffected, detectedMs, recoveredMs, ...losses }];
  });
  return {
    durationMs: scenario.timeline[0].durationMs,
    clients: Object.fromEntries(clients),
    checks: witness.checks.length,
    disagreements: witness.checks.filter(({ agree }) => !agree).map(({ arm, id, identity }) => ({ arm, id, identity })),
  };
}
