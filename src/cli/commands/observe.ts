import { randomBytes } from 'node:crypto';
import { MpBenchError, systemClock } from '../../base/index.js';
import { venues } from '../../exchange/venues/index.js';
import {
  observationRecord,
  observe,
  type Observed,
  observedFaults,
  observedSite,
  type ObserveWishes,
} from '../../observe/index.js';
import { withFindings, writeRecord } from '../../record/index.js';
import { AuthorityFile } from '../../runner/authority-file.js';
import { type LoadedScenario, suggestion } from '../../scenario/index.js';
import { commandLine } from '../command-line.js';
import { EXIT } from '../exit-codes.js';
import type { Io, StopSignal } from '../io.js';
import { loadScenarios } from '../load-scenarios.js';
import { reportPlace, shownPath } from '../lookup.js';
import { recordTable } from '../record-table.js';
import { packageVersion } from '../version.js';
import { watchMachine } from '../watch-machine.js';

export interface ObserveFlags {
  readonly venue?: string;
  readonly scenario?: string;
  readonly endpoints?: number;
  readonly tls: boolean;
  readonly rtt?: number;
  readonly duration?: number;
  readonly seed: number;
  readonly json: boolean;
  readonly out?: string;
  readonly progress: boolean;
}

/** A program that was asked to end has this long. */
const GRACE_MS = 5000;
/** The program's stdout goes to our stderr: our stdout carries the result. */
const STDERR = 2;

/**
 * `mp-bench observe`: runs any program against the mocks and tells what the exchange saw. 0 means that the observation
 * is done, whatever the program exited with; that is in the record, and in the table.
 */
export async function observeProgram(
  io: Io,
  argv: readonly string[],
  command: readonly string[],
  flags: ObserveFlags,
): Promise<number> {
  const startMs = systemClock.now();
  const startedAt = new Date(Date.now()).toISOString();
  const scenario = await scenarioOf(io, flags);
  const venue = venueOf(flags, scenario);
  const { seed } = flags;
  const site = observedSite(scenario?.scenario ?? null, wishesOf(venue, flags));
  const faults = observedFaults(scenario?.scenario ?? null, site);
  const out = reportPlace(io, flags.out);
  const findings = await watchMachine(io, { scenarios: scenario ? [scenario] : [], progress: flags.progress, out });
  const observed = await observeUntilStopped(io, { site, faults, command, durationMs: flags.duration ?? null }, flags);
  const identity = {
    version: packageVersion(),
    runId: runIdOf(startedAt),
    startedAt,
    durationMs: Math.round(systemClock.now() - startMs),
    seed,
    command: repeatable(argv, seed),
  };
  const warnings = warningsOf(scenario, flags);
  const seen = observationRecord(observed, { scenario, site, faults, warnings }, identity);
  const record = withFindings(seen, findings());
  const file = await writeRecord(out, record);
  io.stderr.write(`Record: ${shownPath(io.cwd, file)}\n`);
  io.stdout.write(flags.json ? `${JSON.stringify(record)}\n` : recordTable(io, record, file));
  return exitCodeOf(observed);
}

function exitCodeOf({ observation }: Observed): number {
  const { stoppedBy } = observation.program;
  return stoppedBy === null || stoppedBy === 'duration' ? EXIT.ok : EXIT[stoppedBy];
}

function wishesOf(venue: string, { seed, tls, endpoints, rtt }: ObserveFlags): ObserveWishes {
  return {
    venue,
    seed,
    tls,
    ...(endpoints !== undefined && { endpoints }),
    ...(rtt !== undefined && { rttMs: rtt }),
  };
}

type Observing = Pick<Parameters<typeof observe>[0], 'site' | 'faults' | 'command' | 'durationMs'>;

/** Forwards the first signal to the program; the second ends everything at once. */
async function observeUntilStopped(io: Io, what: Observing, { progress }: ObserveFlags): Promise<Observed> {
  const interrupt = new AbortController();
  const abandon = new AbortController();
  const authority = new AuthorityFile();
  const tell = (text: string): void => void (progress && io.stderr.write(`${text}\n`));
  const end = io.onSignal((signal: StopSignal) => {
    if (!interrupt.signal.aborted) {
      tell(`\n${signal}: passed on to the program; once more to end at once`);
      interrupt.abort(signal);
      return;
    }
    abandon.abort(signal);
    authority.remove();
    io.exit(EXIT[signal]);
  });
  try {
    return await observe({
      ...what,
      cwd: io.cwd,
      env: io.env,
      output: STDERR,
      graceMs: GRACE_MS,
      clock: systemClock,
      interrupt: interrupt.signal,
      abandon: abandon.signal,
      authorityFile: (pem) => authority.path(pem) ?? '',
      onStart: ({ endpoints }) => tell(`observing ${what.command[0]}; MP_BENCH_REST_URL=${endpoints[0]?.rest}`),
    });
  } finally {
    end();
    authority.remove();
  }
}

async function scenarioOf(io: Io, { scenario }: ObserveFlags): Promise<LoadedScenario | null> {
  if (scenario === undefined) return null;
  const [loaded] = await loadScenarios(io, { names: [scenario], quick: false, overrides: [] });
  return loaded ?? null;
}

function venueOf({ venue }: ObserveFlags, scenario: LoadedScenario | null): string {
  const name = venue ?? scenario?.scenario.venue;
  if (name === undefined) {
    const message = 'no venue: give --venue, or a --scenario that has one';
    throw new MpBenchError('E_USAGE', message, [{ message }]);
  }
  const known = Object.keys(venues).sort();
  if (known.includes(name)) return name;
  const hint = suggestion(name, known);
  const message = `there is no venue \`${name}\``;
  throw new MpBenchError('E_USAGE', message, [{ message, ...(hint !== undefined && { hint }) }]);
}

function warningsOf(loaded: LoadedScenario | null, { tls }: ObserveFlags): string[] {
  if (!loaded || tls || !loaded.scenario.tls) return [];
  const { name } = loaded.scenario;
  return [`${name} runs over TLS, and this program was given plain http and ws; --tls gives it the same`];
}

/** The command that repeats this observation; what is behind -- belongs to the program. */
function repeatable(argv: readonly string[], seed: number): string {
  const end = argv.indexOf('--');
  const ours = end < 0 ? argv : argv.slice(0, end);
  if (end < 0 || ours.some((part) => part === '--seed' || part.startsWith('--seed='))) return commandLine(argv, seed);
  return commandLine([...ours, '--seed', String(seed), ...argv.slice(end)], seed);
}

function runIdOf(startedAt: string): string {
  const stamp = startedAt.replaceAll(/[-:]|\..*/g, '').replace('T', '-');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}
