import { Command, Help, InvalidArgumentError, Option } from 'commander';
import { MpBenchError, parseDurationMs } from '../base/index.js';
import type { RecordFlags } from './commands/baseline.js';
import type { MockFlags } from './commands/mock.js';
import type { ObserveFlags } from './commands/observe.js';
import type { ReportFlags } from './commands/report.js';
import type { RunFlags } from './commands/run.js';
import type { SelfTestFlags } from './commands/self-test.js';
import type { Io } from './io.js';
import { packageVersion } from './version.js';

/** The command line. Each command loads its implementation when it is called, so that help is instant. */
export function buildProgram(io: Io, argv: readonly string[], finish: (code: number) => void): Command {
  const program = new Command('mp-bench')
    .description('Do my exchange connections behave? Measures connection pools against local mock exchanges.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .configureHelp({ optionDescription })
    .showHelpAfterError('(mp-bench --help tells more)');
  addRun(program, io, argv, finish);
  addObserve(program, io, argv, finish);
  addBaseline(program, io, argv, finish);
  addRecords(program, io, finish);
  addMock(program, io, finish);
  addScenarios(program, io, finish);
  addSelfTest(program, io, finish);
  return program;
}

const standardHelp = new Help();

// That a flag is off and a list empty until given goes without saying.
function optionDescription(option: Option): string {
  const silent = option.defaultValue === false || Array.isArray(option.defaultValue);
  return silent ? option.description : standardHelp.optionDescription(option);
}

type Finish = (code: number) => void;

function addRun(program: Command, io: Io, argv: readonly string[], finish: Finish): void {
  program
    .command('run')
    .description('measure, compare with the baselines, write reports, gate')
    .argument('[scenario...]', 'names or files; all of them when left out')
    .option('--json', 'print the record on stdout, nothing else there', false)
    .option('--out <dir>', 'where the run’s directory goes (default: reports)')
    .option('--quick', 'a verdict in under a minute; says what it gave up', false)
    .addOption(seedOption(io))
    .option('--set <path=value>', 'set a field of the scenario, as pool.max=24 (repeatable)', collect, [])
    .option('--arm <name...>', 'only these arms, and the control arm', [])
    .option('--driver <name...>', 'only the arms with these drivers, and the control arm; a new driver gets an arm', [])
    .option('--baseline <name...>', 'compare with these baselines (default: those that fit)', [])
    .option(
      '--base <ref>',
      'compare with another revision of this repository, built and measured in turns with this one',
    )
    .option('--no-progress', 'no progress on stderr')
    .option('--strict', 'inconclusive fails, with exit code 97', false)
    .option('--junit <file>', 'write the verdict as JUnit XML')
    .option('--github', 'annotations and a summary for GitHub; in one of its steps by itself', false)
    .action(async (scenarios: string[], flags: RunFlags) => {
      const { run } = await import('./commands/run.js');
      finish(await run(io, argv, scenarios, flags));
    });
}

function addObserve(program: Command, io: Io, argv: readonly string[], finish: Finish): void {
  program
    .command('observe')
    .description('run any program against the mocks and measure it from the outside')
    .usage('--venue <name> [options] -- <command...>')
    .argument('<command...>', 'the program and its arguments, behind --')
    .option('--venue <name>', 'whose protocol the mocks speak (default: the scenario’s)')
    .option(
      '--scenario <name>',
      'a name or file: its endpoints, link, market, rules and faults, from the program’s start',
    )
    .option('--endpoints <n>', 'endpoints of the venue', endpointsOf)
    .option('--tls', 'https and wss; MP_BENCH_CA is the authority’s certificate', false)
    .option('--rtt <duration>', 'round-trip time of the emulated network, as 5ms', durationOf)
    .option('--duration <duration>', 'the program is asked to end (SIGTERM) after this, as 30s', durationOf)
    .addOption(seedOption(io))
    .option('--json', 'print the record on stdout, nothing else there', false)
    .option('--out <dir>', 'where the run’s directory goes (default: reports)')
    .option('--no-progress', 'no notes on stderr')
    .action(async (command: string[], flags: ObserveFlags) => {
      const { observeProgram } = await import('./commands/observe.js');
      finish(await observeProgram(io, argv, command, flags));
    });
}

function addBaseline(program: Command, io: Io, argv: readonly string[], finish: Finish): void {
  const load = () => import('./commands/baseline.js');
  const baseline = program.command('baseline').description('keep what was measured, to compare later runs with');
  baseline
    .command('record')
    .description('run the scenarios and store what one stack did')
    .argument('<name>')
    .addOption(stackOption().makeOptionMandatory())
    .addOption(new Option('--role <role>', 'reference: shown; gate: must not get worse').choices(['reference', 'gate']))
    .option('--quick', 'quick runs, compared with quick runs only', false)
    .addOption(seedOption(io))
    .option('--scenario <name...>', 'only these scenarios', [])
    .option('--out <dir>', 'where the run’s directory goes (default: reports)')
    .option('--no-progress', 'no progress on stderr')
    .action(async (name: string, flags: RecordFlags) =>
      finish(await (await load()).recordBaseline(io, argv, name, flags)),
    );
  baseline
    .command('accept')
    .description('add a record to a gate baseline, or begin one with it')
    .argument('<record>', 'a record’s file, directory or run id')
    .option('--name <name>', 'the baseline', 'day3')
    .addOption(stackOption().default('day3'))
    .action(async (record: string, flags: { name: string; stack: RecordFlags['stack'] }) =>
      finish(await (await load()).acceptBaseline(io, record, flags)),
    );
  baseline
    .command('list')
    .description('every baseline and where it is')
    .action(async () => finish(await (await load()).listBaselineFiles(io)));
  baseline
    .command('show')
    .description('what a baseline holds')
    .argument('<name>')
    .option('--json', 'the baseline as it is stored', false)
    .action(async (name: string, flags: { json: boolean }) =>
      finish(await (await load()).showBaseline(io, name, flags)),
    );
  baseline
    .command('rollback')
    .description('bring back what the last write replaced')
    .argument('<name>')
    .action(async (name: string) => finish(await (await load()).rollbackBaseline(io, name)));
}

function addRecords(program: Command, io: Io, finish: Finish): void {
  program
    .command('compare')
    .description('two stored records, side by side')
    .argument('<a>', 'a record’s file, directory or run id')
    .argument('<b>')
    .action(async (a: string, b: string) => finish(await (await import('./commands/compare.js')).compare(io, a, b)));
  program
    .command('report')
    .description('render stored records anew')
    .argument('[record...]', 'files, directories or run ids; the last run when left out')
    .option('--out <dir>', 'where to put report.md (default: beside the record)')
    .option('--junit <file>', 'write the verdict as JUnit XML')
    .option('--github', 'annotations and a summary for GitHub', false)
    .action(async (records: string[], flags: ReportFlags) =>
      finish(await (await import('./commands/report.js')).report(io, records, flags)),
    );
}

function addMock(program: Command, io: Io, finish: Finish): void {
  program
    .command('mock')
    .description('run the mock exchange alone, until Ctrl-C')
    .requiredOption('--venue <name>', 'whose protocol it speaks')
    .option('--endpoints <n>', 'how many ports it listens on', '1')
    .option('--tls', 'https and wss, by an authority made for this run', false)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port of the first endpoint, the others follow on; 0: any', '0')
    .option('--control-port <n>', 'port of the control endpoint; 0: any', '0')
    .option('--dns', 'serve the endpoints’ names by a name server of its own', false)
    .option('--rtt <duration>', 'round-trip time of the emulated network', '0ms')
    .option('--jitter <duration>', 'standard deviation of a one-way trip (default: none)')
    .option('--bandwidth <bits>', 'what a connection carries each way, as 10mbit (default: unlimited)')
    .addOption(seedOption(io))
    .option('--symbols <n>', 'symbols that the market trades', '20')
    .option('--activity <x>', 'scales every market rate; 1: a normal day', '1')
    .addOption(
      new Option('--limits <what>', 'broken limits are counted, or answered as the venue does')
        .choices(['observe', 'enforce'])
        .default('observe'),
    )
    .option('--time-scale <x>', 'multiplies every duration of the venue’s rules', '1')
    .option('--rule <name=value>', 'set a rule of the venue to another number (repeatable)', collect, [])
    .addHelpText('after', MOCK_HELP)
    .action(async (flags: MockFlags) => finish(await (await import('./commands/mock.js')).mock(io, flags)));
}

const MOCK_HELP = `
When it listens, it prints one JSON line:
  { "venue", "endpoints": [{ "rest", "ws" }], "ca", "control" }
ca is the path of the authority’s certificate (PEM), null without --tls; the
file is removed at the end. control is the origin of the control endpoint: GET /
lists its paths, GET /ledger what was counted, POST /faults breaks things.`;

function addScenarios(program: Command, io: Io, finish: Finish): void {
  program
    .command('validate')
    .description('check scenarios without running them: operations, duration, connections')
    .argument('[scenario...]', 'names or files; all of them when left out')
    .option('--quick', 'as --quick would run them', false)
    .option('--set <path=value>', 'set a field of the scenario (repeatable)', collect, [])
    .action(async (scenarios: string[], flags: { quick: boolean; set: string[] }) =>
      finish(await (await import('./commands/validate.js')).validate(io, scenarios, flags)),
    );
  program
    .command('list')
    .description('every scenario, its question and its file')
    .action(async () => finish(await (await import('./commands/list.js')).list(io)));
  program
    .command('doctor')
    .description('what on this machine will disturb a measurement, and what to do')
    .option('--json', 'print the findings as JSON', false)
    .action(async (flags: { json: boolean }) => finish(await (await import('./commands/doctor.js')).doctor(io, flags)));
  program
    .command('schema')
    .description('JSON Schema of a scenario file, for editors')
    .action(async () => finish((await import('./commands/schema.js')).schema(io)));
}

function addSelfTest(program: Command, io: Io, finish: Finish): void {
  program
    .command('self-test')
    .description('prove on this machine that the gate can fail, and does not fail by itself')
    .addOption(new Option('--runs <n>', 'runs of each case that is judged').argParser(runsOf).default(1))
    .option('--json', 'the findings on stdout, nothing else there', false)
    .option('--out <dir>', 'where the runs’ directories go (default: reports)')
    .addOption(seedOption(io))
    .option('--no-progress', 'no progress on stderr')
    .action(async (flags: SelfTestFlags) =>
      finish(await (await import('./commands/self-test.js')).selfTest(io, flags)),
    );
}

function stackOption(): Option {
  return new Option('--stack <stack>', 'the layers whose arm is stored').choices(['day1', 'day2', 'day3']);
}

// Counts are compared run by run, so the seed is the same unless somebody asks for another.
function seedOption({ env }: Io): Option {
  return new Option('--seed <n>', 'seed of every random choice').argParser(seedOf).default(standardSeed(env));
}

function standardSeed(env: Io['env']): number {
  const given = env['MP_BENCH_SEED'] ?? '';
  if (given === '') return 1;
  try {
    return seedOf(given);
  } catch (error) {
    const message = `MP_BENCH_SEED=${given}: expected a whole number from 0`;
    throw new MpBenchError('E_CONFIGURATION', message, [{ message }], { cause: error });
  }
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError('expected a whole number from 0');
}

function durationOf(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('expected a duration with its unit, as 5ms or 30s');
}

function endpointsOf(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 16) return count;
  throw new InvalidArgumentError('expected a whole number from 1 to 16');
}

function runsOf(text: string): number {
  const runs = Number(text);
  if (/^\d+$/.test(text) && runs >= 1 && runs <= 1000) return runs;
  throw new InvalidArgumentError('expected a whole number from 1 to 1000');
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
