import { LOCKSTEP, LOCKSTEP_MS } from './cases.mjs';

/** One row for each case of interruptions; `rounds` are the results of its trials. */
export function recoveryTable(cases) {
  return table(
    [
      'what goes wrong',
      'n',
      'set aside',
      'streams hit',
      'noticed, in ms',
      'recovered, in ms',
      'p95',
      'longest',
      'bound',
      '',
      'lost',
      'told',
    ],
    cases.map((one) => {
      const { name, bound, rounds: all } = one;
      const rounds = calm(one);
      const last = rounds.map((round) =>
        Math.max(...interruptionsOf(round).map(([, , endedMs]) => endedMs ?? Infinity)),
      );
      const noticed = rounds.map((round) => Math.max(...interruptionsOf(round).map(([beganMs]) => beganMs)));
      const [what, value, limit] = bound.median
        ? ['median', median(last), bound.median]
        : ['longest', Math.max(...last), bound.most];
      const hit = rounds.map((round) => interruptionsOf(round).length);
      const { lost, unreported } = totals(all);
      return [
        name,
        rounds.length,
        all.length - rounds.length,
        median(hit),
        whole(median(noticed)),
        whole(median(last)),
        whole(quantile(last, 0.95)),
        whole(Math.max(...last)),
        `${what} ≤ ${limit}`,
        verdict(value <= limit && hit.every((count) => count > 0), rounds),
        lost,
        lost - unreported,
      ];
    }),
  );
}

/** One row for each case in which nothing may be lost. */
export function exactTable(cases) {
  return table(
    [
      'what happens',
      'n',
      'set aside',
      'lost there',
      'felt in',
      'connections replaced',
      'cut',
      'messages',
      'lost',
      'repeated',
      'out of order',
      'gaps told',
      '',
    ],
    cases.map((one) => {
      const { name, faults, rounds: all } = one;
      const rounds = calm(one);
      const sums = totals(rounds);
      const replaced = count(rounds, ({ kind }) => kind === 'rotated');
      const cut = count(
        rounds,
        ({ kind, reason }) => kind === 'closed' && (reason === 'peer' || reason === 'declaredDead'),
      );
      const felt = rounds.filter(({ touched, collectors }) =>
        faults.length > 0
          ? touched.every((number) => number > 0)
          : collectors.some(({ events }) => events.some(({ kind }) => kind === 'rotated')),
      ).length;
      const wrong = sums.lost + sums.repeated + sums.disordered + sums.gapsTold;
      return [
        name,
        rounds.length,
        all.length - rounds.length,
        totals(all).lost - sums.lost,
        felt,
        replaced,
        cut,
        sums.messages,
        sums.lost,
        sums.repeated,
        sums.disordered,
        sums.gapsTold,
        verdict(wrong === 0 && felt === rounds.length, rounds),
      ];
    }),
  );
}

/** One row for each case in which everything is cut at once. */
export function stormTable(cases) {
  return table(
    [
      'who comes back',
      'n',
      'set aside',
      'connections',
      'p10 … p90, in ms',
      `most within ${LOCKSTEP_MS} ms`,
      'bound',
      '',
      'recovered, in ms',
      'longest',
      'lost',
      'told',
    ],
    cases.map((one) => {
      const { name, rounds: all } = one;
      const rounds = calm(one);
      const together = rounds.map(({ redialsMs }) => mostWithin(redialsMs, LOCKSTEP_MS) / redialsMs.length);
      const spread = (share) => whole(median(rounds.map(({ redialsMs }) => quantile(redialsMs, share))));
      const ended = rounds.flatMap((round) => interruptionsOf(round).map(([, , endedMs]) => endedMs ?? Infinity));
      const { lost, unreported } = totals(all);
      return [
        name,
        rounds.length,
        all.length - rounds.length,
        median(rounds.map(({ redialsMs }) => redialsMs.length)),
        `${spread(0.1)} … ${spread(0.9)}`,
        percent(median(together)),
        `≤ ${percent(LOCKSTEP)}`,
        verdict(median(together) <= LOCKSTEP, rounds),
        whole(median(ended)),
        whole(Math.max(...ended)),
        lost,
        lost - unreported,
      ];
    }),
  );
}

/** Trials in which no process was late. */
function calm(one) {
  return one.rounds.filter(({ lateMs }) => lateMs <= one.lateMs);
}

/** Sums over all streams of all rounds. */
export function totals(rounds) {
  const sums = {
    messages: 0,
    lost: 0,
    unreported: 0,
    overReported: 0,
    repeated: 0,
    disordered: 0,
    gapsTold: 0,
    unknown: 0,
  };
  for (const stream of rounds.flatMap(streamsOf)) for (const key of Object.keys(sums)) sums[key] += stream[key];
  return sums;
}

export function slowest(rounds) {
  return Math.min(...rounds.flatMap(streamsOf).map(({ perSecond }) => perSecond));
}

function streamsOf({ collectors }) {
  return collectors.flatMap(({ streams }) => streams);
}

function interruptionsOf(round) {
  return streamsOf(round).flatMap(({ interruptions }) => interruptions);
}

function count(rounds, wanted) {
  return rounds.flatMap(({ collectors }) => collectors.flatMap(({ events }) => events)).filter(wanted).length;
}

/** How many of the sorted times lie within one span at most. */
function mostWithin(timesMs, spanMs) {
  return Math.max(...timesMs.map((fromMs) => timesMs.filter((ms) => ms >= fromMs && ms < fromMs + spanMs).length));
}

function median(values) {
  return quantile(values, 0.5);
}

/** The smallest value that so great a share does not exceed. */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function whole(ms) {
  if (ms === undefined || ms === Number.NEGATIVE_INFINITY) return '';
  return Number.isFinite(ms) ? Math.round(ms) : 'never';
}

function percent(share) {
  if (share === undefined) return '';
  return `${Math.round(share * 100)} %`;
}

function verdict(held, rounds) {
  if (rounds.length === 0) return 'not judged';
  return held ? 'held' : '**missed**';
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
