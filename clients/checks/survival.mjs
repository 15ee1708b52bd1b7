import { expectBook } from '../agreement.mjs';
import { expect } from '../report.mjs';
import { shownChange, watchBooks, watchTrades } from './streams.mjs';

const BEFORE = 3;
const AFTER = 10;
const DROPPED_MS = 400;
/** By then the client watches again: an error that nobody waits for is lost on it. */
const AHEAD_MS = 150;
const LOOKS = 200;

/**
 * Faults while the client watches: it has to notice by itself, and from its next call on to show the core's book again.
 * A client that does not look for gaps shows the other thing: that a book which is wrong is found to be wrong.
 */
export async function checkSurvival({ report, control, venue, subjects: [subject] }) {
  await report.check('watchOrderBook, messages dropped', async () => {
    await watchBooks(subject, BEFORE);
    await control.inject({ kind: 'drop-messages', inMs: AHEAD_MS, durationMs: DROPPED_MS });
    if (venue.gapError === undefined) return `the client does not notice, ${await wrongBook(subject)}`;
    await expectFailure(subject, venue.gapError);
    return `${venue.gapError}, then ${await watchBooks(subject, AFTER)} books equal the core's`;
  });
  await report.check(`${venue.mergesBooks ? 'watchTrades' : 'watchOrderBook'}, all connections cut`, async () => {
    const { openConnections } = await control.ledger();
    await control.inject({ kind: 'cut-all', inMs: AHEAD_MS, durationMs: 1 });
    await expectFailure(subject, 'NetworkError');
    const seen = venue.mergesBooks
      ? `${await watchTrades(subject)} trades`
      : `${await watchBooks(subject, AFTER)} books`;
    const cut = (await control.ledger()).counts.closedByFault;
    expect(cut === openConnections.length, `${cut} connections were cut, ${openConnections.length} were open`);
    return `${cut} at once, NetworkError, then ${seen} equal the core's`;
  });
}

/** Watches a book until the client gives up. What it shows until then has to be right, if it looks for gaps. */
async function expectFailure(subject, name) {
  const { client, symbol, instrument, venue } = subject;
  for (let look = 0; look < LOOKS; look += 1) {
    let book;
    try {
      book = await client.watchOrderBook(symbol);
    } catch (error) {
      expect(error.name === name, `${error.name} instead of ${name}: ${error.message}`);
      return;
    }
    if (venue.gapError) expectBook(instrument, shownChange(subject, book), book, venue.depth);
  }
  throw new Error(`no ${name} within ${LOOKS} books`);
}

/** Watches a book until it is not the core's, and tells in which way. */
async function wrongBook(subject) {
  const { client, symbol, instrument, venue } = subject;
  for (let look = 0; look < LOOKS; look += 1) {
    const book = await client.watchOrderBook(symbol);
    const change = shownChange(subject, book);
    try {
      expectBook(instrument, change, book, venue.depth);
    } catch (error) {
      return `its book is not the core's: ${error.message}`;
    }
  }
  throw new Error(`${LOOKS} books after it were the core's all the same`);
}
