import { z } from 'zod';
import { duration } from './duration.js';

const scope = {
  at: duration().describe('When it is injected, from the start of the load.'),
  duration: duration().describe('How long it lasts; connections it has cut stay cut.'),
  endpoint: z.int().min(0).exactOptional().describe('Index of the endpoint that it hits; every one when left out.'),
  symbol: z.string().min(1).exactOptional().describe('Only messages of this symbol, in the venue’s spelling.'),
  share: z
    .number()
    .gt(0)
    .max(1)
    .exactOptional()
    .describe('Share of the connections, requests or messages (what the fault is about) that it hits.'),
};

const fault = <K extends string, S extends z.ZodRawShape>(kind: K, meaning: string, particulars: S) =>
  z.strictObject({ kind: z.literal(kind).describe(meaning), ...scope, ...particulars });

const status = z.int().min(400).max(599).describe('HTTP status of the answers, in the venue’s own words.');

/** One fault of a timeline: what, when, how long, and what it is limited to. */
export const timedFault = z.discriminatedUnion('kind', [
  fault('refuse', 'Nobody listens; open connections get FIN.', {}),
  fault('reset', 'Open connections and newcomers get RST.', {}),
  fault('silence', 'Half-open: sockets stay open, nothing comes, for good.', {}),
  fault('slow-handshake', 'Newcomers wait for their handshake.', {
    delay: duration().describe('How long the handshake is held back.'),
  }),
  fault('tls-failure', 'TLS handshakes of newcomers fail.', {}),
  fault('truncated-body', 'Responses break off in the middle.', {}),
  fault('http-error', 'Requests are answered with an error.', { status }),
  fault('close-code', 'Streams are closed with a close frame.', {
    code: z.int().min(1000).max(4999).describe('Close code.'),
    reason: z.string().default('').describe('Close reason.'),
  }),
  fault('lost-ack', 'Acknowledgements of subscriptions do not arrive.', {}),
  fault('stream-stall', 'Market data stops while heartbeats go on.', {}),
  fault('drop-messages', 'Messages are left out.', {}),
  fault('duplicate-messages', 'Messages arrive twice.', {}),
  fault('reorder-messages', 'Messages change places with the next of their stream.', {}),
  fault('crossed-book', 'Books arrive with the best bid above the best ask.', {}),
  fault('wrong-checksum', 'Book checksums do not fit.', {}),
  fault('dns-change', 'The endpoint moves to another address.', {}),
  fault('idle-close', 'Idle kept-alive connections are cut as their next request arrives.', {
    after: duration().describe('How long a connection must have been idle.'),
  }),
  fault('cut-all', 'Connections are cut all at once; newcomers are served.', {}),
  fault('maintenance-notice', 'Streams are told that they will be cut, and are.', {
    lead: duration().describe('Time between the notice and the cut.'),
  }),
]);
