const HEADER = ['ratio', 'ours', 'peer', 'value', '95 % interval', 'bound', 'outcome'];

/** The rows of a comparison as a plain text table, with a count of what was missed as its last line. */
export function renderTable(rows) {
  const cells = rows.map((row) => [
    row.id,
    short(row.ours),
    short(row.peer),
    row.value.toFixed(2),
    `${row.interval[0].toFixed(2)} … ${row.interval[1].toFixed(2)}`,
    row.bound ? `${row.bound.op} ${row.bound.value}` : '',
    row.bound ? (row.holds ? 'holds' : 'MISSED') : '',
  ]);
  const widths = HEADER.map((title, column) => Math.max(title.length, ...cells.map((line) => line[column].length)));
  const line = (texts) =>
    texts
      .map((text, column) => text.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  const judged = rows.filter((row) => row.bound);
  const missed = judged.filter((row) => !row.holds).length;
  return [line(HEADER), ...cells.map(line), '', `${judged.length} bounds, ${missed} missed`, ''].join('\n');
}

/** Three digits, with k and M for thousands and millions. */
function short(value) {
  const [divisor, suffix] = value >= 1e6 ? [1e6, 'M'] : value >= 1e3 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / divisor).toPrecision(3))}${suffix}`;
}
