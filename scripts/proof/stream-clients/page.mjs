const TITLES = {
  reset: 'The endpoint resets every connection, and newcomers, for 6 s',
  refuse: 'The endpoint closes every connection and refuses newcomers for 6 s',
  'close-code': 'The endpoint closes every connection with a close frame (1001, going away), and takes newcomers',
  'stream-stall': 'Heartbeats go on and data stops for 4 s',
  silence: 'Nothing arrives any more for 4 s, and the connection stays open',
};

const NAMES = {
  unpooled: '`ws`, a socket for each stream (`unpooled`)',
  default: '`ws`, one socket for all (`default`)',
  'reconnecting-websocket': 'reconnecting-websocket',
  partysocket: 'partysocket',
  ccxt: 'ccxt (`pro`)',
  pooled: 'mp-bench',
  'pooled-standby': 'mp-bench, a spare connection',
  'pooled-feeds': 'mp-bench, two feeds',
};

/** The rows of all rounds as Markdown; clients in the order of the scenario. */
export function render(results) {
  const rounds = [...results].filter(([id]) => id.includes('round='));
  const long = [...results].filter(([id]) => !id.includes('round='));
  const kinds = Object.keys(TITLES).filter((kind) => rounds.some(([, result]) => result.kind === kind));
  return [
    '# Clients of market-data streams, side by side',
    INTRODUCTION,
    ...kinds.map((kind) =>
      section(
        kind,
        rounds.map(([, result]) => result).filter((result) => result.kind === kind),
      ),
    ),
    ...(long.length > 0 ? [longSection(long.map(([, result]) => result))] : []),
    READING,
    witnesses([...results.values()]),
    versionLine([...results.values()]),
  ].join('\n\n');
}

const INTRODUCTION = `Four trade streams of 100 messages a second and more, two endpoints, 5 ms round trip (\`bench/streams.yaml\`). Every client
is a driver in the same runner, against a mock exchange of its own with the same seed, and under the same fault: one a
launch, of the endpoint that carries its streams. The contenders do what their documentation shows, with their own
settings. Ours is set to find a deaf connection within 750 ms and data that stopped within 1 s.`;

const READING = `## How to read it

- **felt**: launches in which the fault touched the client's streams, of how many. A client that dials a second endpoint by
  itself may be there already.
- **detected**: injection to the moment at which the client says that its connection is gone; "does not tell" where it never
  did. **Recovered**: injection to the first message of the last of the four streams; "not before the end" where that was
  not before the fault was over. Medians of the launches, the worst in brackets.
- **lost** and **repeated**: market-data ids, the exchange's ledger against what the handler was given, summed over the
  launches. **Told**: those of the lost that a gap event of the client covers. A client without gap events leaves it to
  its user to find out.
- A fault that takes a second endpoint to survive cannot be survived by a client that knows one.`;

function section(kind, results) {
  return [`## ${TITLES[kind]}`, table(results)].join('\n\n');
}

function table(results) {
  const head =
    '| client | felt | detected, ms | recovered, ms | lost | told | repeated |\n|---|---|---|---|---|---|---|';
  const names = Object.keys(NAMES).filter((name) => results.some(({ clients }) => clients[name]));
  const lines = names.map((name) => row(name, results.map(({ clients }) => clients[name]).filter(Boolean)));
  return [head, ...lines].join('\n');
}

function row(name, launches) {
  const felt = launches.filter((launch) => launch.felt);
  const sum = (field) => felt.reduce((total, launch) => total + (launch[field] ?? 0), 0);
  const lost = sum('messagesLost');
  const told = lost - sum('lossUnreported');
  const cells = [
    NAMES[name],
    `${felt.length} of ${launches.length}`,
    times(
      felt.map(({ detectedMs }) => detectedMs),
      'does not tell',
    ),
    times(
      felt.map(({ recoveredMs }) => recoveredMs),
      'not before the end',
    ),
    count(lost),
    lost === 0 ? '–' : count(told),
    count(sum('messagesRepeated')),
  ];
  return `| ${cells.join(' | ')} |`;
}

function longSection(results) {
  const blocks = results.map((result) => `### ${result.kind}\n\n${table([result])}`);
  const title = `## Who notices at all, when it lasts ${results[0].durationMs / 1e3} s`;
  return [title, 'One launch a client, each fault for that long.', ...blocks].join('\n\n');
}

function times(values, never) {
  const known = values.filter((value) => value !== null && value !== undefined).toSorted((a, b) => a - b);
  if (values.length === 0) return '–';
  if (known.length === 0) return never;
  const middle = known.length / 2;
  const median = (known[Math.ceil(middle) - 1] + known[Math.floor(middle)]) / 2;
  const worst = known.length < values.length ? never : Math.round(known.at(-1)).toLocaleString('en');
  return `${Math.round(median).toLocaleString('en')} (${worst})`;
}

function count(value) {
  return value.toLocaleString('en');
}

function witnesses(results) {
  const checks = results.reduce((sum, result) => sum + result.checks, 0);
  const odd = results.flatMap(({ disagreements }) => disagreements);
  if (odd.length === 0) return `Clients and exchange agreed on all ${count(checks)} checks.`;
  const lines = odd.map(({ arm, id, identity }) => `- ${arm}, ${id}: ${identity}`);
  return [`Clients and exchange agreed on all but ${odd.length} of ${count(checks)} checks:`, ...lines].join('\n');
}

function versionLine(results) {
  const { versions } = results.at(-1) ?? { versions: {} };
  return `Versions: ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.`;
}
