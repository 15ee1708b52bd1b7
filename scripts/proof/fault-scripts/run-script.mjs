// One script from its opening to its verdict: a site of its own in the exchange's process, and a client's process.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sleep, systemClock } from '../../../dist/base/index.js';
import { checkScript } from './check.mjs';
import { drawScript, HOUR_MS, TIME_SCALE } from './draw.mjs';
import { settle } from './settle.mjs';
import { ruleChanges } from './venue-time.mjs';

const CLIENT = join(import.meta.dirname, 'client.mjs');
const LEAD_MS = 100;
/** What is on its way when the client has closed is there after this time. */
const LAST_WORDS_MS = 300;
const LONGEST_EXIT_MS = 5000;

/**
 * Runs the script of a seed; resolves with the verdict, and with everything that led to it. `lateness` watches the
 * exchange's process.
 */
export async function runScript(exchange, lateness, seed) {
  const script = drawScript(seed);
  const site = siteOf(script);
  const beganMs = systemClock.now();
  const info = await exchange.open(site);
  const client = startClient();
  try {
    const setup = {
      script,
      origins: info.endpoints.map(({ ws }) => ws),
      rests: info.endpoints.map(({ rest }) => rest),
      symbols: info.symbols[script.venue],
    };
    const { streams } = await client.ask('open', setup);
    const startMs = systemClock.now() + LEAD_MS;
    const links = await inject(exchange, site, script, startMs, info.symbols[script.venue]);
    await client.ask('run', { startMs });
    await sleep(systemClock, Math.max(0, startMs + HOUR_MS - systemClock.now()));
    await links.done;
    const end = await settle({ exchange, site, script, client, streams, hourEndMs: startMs + HOUR_MS });
    const told = await client.ask('close');
    end.failures.push(...(await client.leave()));
    await sleep(systemClock, LAST_WORDS_MS);
    const ledger = await exchange.close(site.id);
    const faults = faultsOf(script, ledger, links.stamps, startMs);
    const lateMs = Math.round(Math.max(told.lateMs, lateness.worstSince(beganMs)));
    const verdict = { ...checkScript({ script, faults, told, ledger, end }), lateMs };
    return { verdict, script, faults, told, ledger, end, startMs };
  } catch (error) {
    await exchange.close(site.id).catch(() => undefined);
    throw error;
  } finally {
    client.kill();
  }
}

function siteOf({ seed, venue, endpoints, link, activity, maxAgeMs, streams }) {
  return {
    id: `script-${seed}`,
    venues: [venue],
    seed: `fault-scripts/${seed}`,
    endpoints,
    tls: false,
    symbols: 1 + Math.max(...streams.map(({ symbol }) => symbol)),
    activity,
    link,
    limits: 'enforce',
    timeScale: TIME_SCALE,
    rules: ruleChanges(venue, maxAgeMs),
  };
}

/** Hands the faults to the exchange, and changes the link where the script says so. */
async function inject(exchange, site, { faults }, startMs, symbols) {
  const plans = faults
    .filter(({ kind }) => kind !== 'link')
    .map(({ symbol, ...fault }) =>
      Object.assign(fault, { atMs: startMs + fault.atMs }, symbol !== undefined && { symbol: symbols[symbol] }),
    );
  await exchange.inject(site.id, plans);
  const stamps = new Map();
  const changing = faults
    .filter(({ kind }) => kind === 'link')
    .map(async ({ id, atMs, durationMs, link }) => {
      await sleep(systemClock, startMs + atMs - systemClock.now());
      await exchange.link(site.id, link);
      const injectedAtMs = systemClock.now();
      await sleep(systemClock, durationMs);
      await exchange.link(site.id, site.link);
      stamps.set(id, { injectedAtMs, liftedAtMs: systemClock.now(), touched: 1 });
    });
  return { stamps, done: Promise.all(changing) };
}

function faultsOf({ faults }, ledger, links) {
  const stamps = new Map(ledger.faults.map((stamp) => [stamp.id, stamp]));
  return faults
    .map((fault) => ({ ...fault, ...(links.get(fault.id) ?? stamps.get(fault.id)) }))
    .filter(({ injectedAtMs }) => injectedAtMs !== undefined)
    .toSorted((a, b) => a.injectedAtMs - b.injectedAtMs);
}

function startClient() {
  const child = fork(CLIENT, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map();
  let asked = 0;
  child.on('message', ({ id, value, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  });
  const exited = once(child, 'exit').then(([code, signal]) => {
    for (const { reject } of waiting.values()) reject(new Error(`the client ended (${signal ?? code})`));
    return { code, signal };
  });
  const ask = (kind, particulars = {}) =>
    new Promise((resolve, reject) => {
      const id = (asked += 1);
      waiting.set(id, { resolve, reject });
      child.send({ id, kind, ...particulars });
    });
  return {
    ask,
    /** Lets the client go; says what kept it. */
    leave: async () => {
      const left = await ask('left');
      child.send({ kind: 'leave' });
      const outcome = await Promise.race([exited, sleep(systemClock, LONGEST_EXIT_MS)]);
      if (outcome === undefined) return [`the client's process did not end: ${left.join(', ')}`];
      return outcome.code === 0 ? [] : [`the client's process ended with ${outcome.signal ?? outcome.code}`];
    },
    kill: () => child.kill('SIGKILL'),
  };
}
