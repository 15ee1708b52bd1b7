const TITLES = {
  reset: 'The endpoint resets every connection, and newcomers, for 6 s',
  refuse: 'The endpoint closes every connection and refuses newcomers for 6 s',
  'close-code': 'The endpoint closes every connection with a close frame (1001, going away), and takes newcomers',
  'stream-stall': 'Heartbeats go on and data stops for 4 s',
  silence: 'Nothing arrives any more for 4 s, and the connection stays open',
};
const LONG_TITLES = { 'stream-stall': 'Heartbeats go on and data stops', silence: 'Nothing arrives any more' };

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

/** Sums over all faults, then each fault by itself, then the long ones; clients in the order of `NAMES`. */
export function render(results) {
  const rounds = [...results].filter(([id]) => id.includes('round=')).map(([, result]) => result);
  const long = [...results].filter(([id]) => id.includes(' for ')).map(([, result]) => result);
  const late = [...results].filter(([id]) => id.includes(' after ')).map(([, result]) => result);
  const kinds = Object.keys(TITLES).filter((kind) => rounds.some((result) => result.kind === kind));
  const sections = kinds.map((kind) => [`## ${TITLES[kind]}`, table(rounds.filter((result) => result.kind === kind))]);
  const all = [...results.values()];
  return [
    '# Clients of market-data streams, side by side',
    INTRODUCTION,
    ...(rounds.length > 0 ? ['## All faults together', summary(rounds)] : []),
    ...sections.flat(),
    ...(late.length > 0 ? [LATE, table(late)] : []),
    ...(long.length > 0 ? longSection(long) : []),
    READING,
    [repeats(all), witnesses(all), versionLine(all)].join('\n'),
  ].join('\n\n');
}

const INTRODUCTION = `Four trade streams of 100 messages a second and more, two endpoints, 5 ms round trip (\`bench/streams.yaml\`). Every client
is a driver in the same runner, against a mock exchange of its own with the same market, and under the same fault: one a
launch, of the endpoint that carries its streams. The contenders do what their documentation shows, subscribe anew when
they are open again, take the endpoints in turn where they can, and keep their own settings. Ours is set to find a deaf
connection within 1.5 s, and data that stopped within 2 s.`;

const LATE = `## The close frame once more, after 31 s

Some clients dial at once again when the connection has lasted: ccxt asks for 30 s. One launch a client, several clients
at once.`;

const READING = `## How to read it

- **felt**: launches in which the fault touched streams of the client, of how many.
- **detected**: injection to the moment at which the client says that its connection is gone, or its data. **Recovered**:
  injection to the first message of the last stream that was hit, if that was before the fault was over. Medians, in
  brackets least and most.
- **lost** and **repeated**: market-data messages, the exchange's ledger against what the handler was given. **Told**: those
  of the lost that a gap event of the client covers; no contender has such an event.
- \`unpooled\` has two of its four streams at each endpoint, so a fault hits half of them. Whoever has one endpoint
  (\`default\`, ccxt) cannot be well while it turns newcomers away.
- The first try after a loss comes after 1 s (\`ws\`, by the drivers), 1 to 5 s (reconnecting-websocket, drawn once a process),
  3 s (partysocket), at once or after 1 s and rising (ccxt: a connection younger than 30 s counts as a failure). ccxt pings every 30 s and gives a connection up 60 s after its last pong, looking
  every 30 s; the others never ask whether theirs lives.
- When data stops though heartbeats go on, ours asks another connection for the stream. What that one brings is held back
  for up to 500 ms (\`mergeWaitMs\`), for the old one might bring what is missing before it; hence half a
  second between detected and recovered, and more where one stream after the other is missed and has to be asked for by
  a request of its own, of which the venue takes five a second. With two feeds nothing is missing, and nothing to detect.`;

const HEAD = {
  summary: ['client', 'felt', 'recovered before the end', 'lost', 'told', 'repeated'],
  fault: ['client', 'felt', 'detected, ms', 'recovered, ms', 'lost a launch', 'lost', 'told', 'repeated'],
};

function summary(results) {
  const lines = clientsOf(results).map(([name, launches]) => {
    const felt = launches.filter((launch) => launch.felt);
    const well = felt.filter(({ recoveredMs }) => isKnown(recoveredMs)).length;
    return row([NAMES[name], `${felt.length} of ${launches.length}`, `${well} of ${felt.length}`, ...losses(felt)]);
  });
  return [...header(HEAD.summary), ...lines].join('\n');
}

function table(results) {
  const lines = clientsOf(results).map(([name, launches]) => {
    const felt = launches.filter((launch) => launch.felt);
    return row([
      NAMES[name],
      `${felt.length} of ${launches.length}`,
      times(felt, 'detectedMs', 'does not tell'),
      times(felt, 'recoveredMs', 'not before the end'),
      spread(felt.map(({ messagesLost }) => messagesLost)),
      ...losses(felt),
    ]);
  });
  return [...header(HEAD.fault), ...lines].join('\n');
}

/** Launches by client. */
function clientsOf(results) {
  return Object.keys(NAMES)
    .map((name) => [name, results.map(({ clients }) => clients[name]).filter(Boolean)])
    .filter(([, launches]) => launches.length > 0);
}

function losses(launches) {
  const sum = (field) => launches.reduce((total, launch) => total + (launch[field] ?? 0), 0);
  const lost = sum('messagesLost');
  return [count(lost), lost === 0 ? '–' : count(lost - sum('lossUnreported')), count(sum('messagesRepeated'))];
}

function longSection(results) {
  const blocks = results.map((result) => `### ${LONG_TITLES[result.kind]}\n\n${table([result])}`);
  const title = `## Who notices at all, when it lasts ${results[0].durationMs / 1e3} s`;
  return [title, 'One launch a client, several clients at once.', ...blocks];
}

function times(launches, field, never) {
  if (launches.length === 0) return '–';
  const known = launches.map((launch) => launch[field]).filter(isKnown);
  if (known.length === 0) return never;
  const missing = launches.length - known.length;
  return missing === 0 ? spread(known) : `${spread(known)}; ${missing} of ${launches.length} ${never}`;
}

function isKnown(value) {
  return value !== null && value !== undefined;
}

/** Median, least and most. */
function spread(values) {
  if (values.length === 0) return '–';
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = count((sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2);
  return sorted.length === 1 ? median : `${median} (${count(sorted[0])}–${count(sorted.at(-1))})`;
}

function count(value) {
  return Math.round(value).toLocaleString('en');
}

function repeats(results) {
  const launches = results.flatMap(({ clients }) => Object.values(clients));
  const again = launches.filter(({ tries }) => tries > 1).length;
  const disturbed = launches.filter((launch) => launch.disturbed).length;
  return `A launch that was not felt, or during which the machine stood still for more than 50 ms, was repeated, up to four
times: ${again} of ${launches.length} were; during ${disturbed} of those that are counted here it did so all the same.`;
}

function witnesses(results) {
  const checks = results.reduce((sum, result) => sum + result.checks, 0);
  const odd = results.flatMap(({ disagreements }) => disagreements);
  if (odd.length === 0) return `Clients and exchange agreed on all ${count(checks)} checks.`;
  const lines = odd.map(({ arm, id, identity }) => `- ${arm}, ${id}: ${identity}`);
  return [`Clients and exchange agreed on all but ${odd.length} of ${count(checks)} checks:`, '', ...lines, ''].join(
    '\n',
  );
}

function versionLine(results) {
  const { versions } = results.at(-1) ?? { versions: {} };
  return `Versions: ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.`;
}

function header(cells) {
  return [row(cells), row(cells.map(() => '---'))];
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}
