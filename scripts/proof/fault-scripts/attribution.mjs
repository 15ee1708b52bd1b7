// Which fault was it? A loss or an interruption belongs to the fault that was injected last before it ended, of those
// that lasted until shortly before it began.

/** After its lift a fault may still be found out: a connection that it silenced, a dial that it delayed. */
const AFTERMATH_MS = 2500;
// Clocks of two processes, and a message on its way when the fault struck.
const SLACK_MS = 50;

export function attribute(faults, began, ended) {
  return faults.findLast(
    ({ injectedAtMs, liftedAtMs, touched }) =>
      touched > 0 &&
      injectedAtMs <= ended + SLACK_MS &&
      (liftedAtMs ?? Number.POSITIVE_INFINITY) + AFTERMATH_MS >= began,
  );
}

/** Each fault with what was lost and how long it took until the last stream was heard of again. */
export function faultRows(faults, streams, losses, events) {
  const rows = new Map(
    faults.map(({ id, kind, touched }) => [
      id,
      { id, kind, touched, lost: 0, reported: 0, unreported: 0, over: 0, repeated: 0, recoverMs: null },
    ]),
  );
  const none = {
    id: 'none',
    kind: '(none)',
    touched: 0,
    lost: 0,
    reported: 0,
    unreported: 0,
    over: 0,
    repeated: 0,
    recoverMs: null,
  };
  const rowOf = (began, ended) => rows.get(attribute(faults, began, ended)?.id) ?? none;
  for (const { range, unreported, fault } of losses) {
    const row = rows.get(fault) ?? none;
    const ids = range[1] - range[0] + 1;
    row.lost += ids;
    row.unreported += unreported;
    row.reported += ids - unreported;
  }
  for (const { record } of streams)
    for (const [, , , atMs] of [...record.repeated, ...record.disordered]) rowOf(atMs, atMs).repeated += 1;
  for (const { kind, atMs, gapMs } of events) {
    if (kind !== 'resumed') continue;
    const fault = causeOf(faults, atMs - gapMs, atMs);
    if (!fault) continue;
    const row = rows.get(fault.id);
    row.recoverMs = Math.max(row.recoverMs ?? 0, Math.round(atMs - fault.injectedAtMs));
  }
  return [...rows.values(), ...(none.lost + none.repeated > 0 ? [none] : [])];
}

/** The first fault that struck during an interruption, or else the last one before it. */
function causeOf(faults, began, ended) {
  const during = faults.find(
    ({ injectedAtMs, touched }) => touched > 0 && injectedAtMs >= began - SLACK_MS && injectedAtMs <= ended,
  );
  return during ?? attribute(faults, began, ended);
}
