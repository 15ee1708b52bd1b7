/** Entry of the exchange process: it answers the parent's requests and ends with it. */
import { systemClock } from '../base/index.js';
import { ExchangeHost } from './host.js';
import { LedgerViews } from './ledger-views.js';
import type { ProcessRequest } from './protocol.js';
import { venues } from './venues/index.js';

/** A request on the channel, numbered so that its answer can be told from others. */
interface Envelope {
  readonly id: number;
  readonly request: ProcessRequest;
}

const host = new ExchangeHost(systemClock, venues);
const views = new LedgerViews((request) => host.answer(request));

async function leave(): Promise<void> {
  await host.close();
  // Not by an orderly exit: Node 20 can spin for ever in its own clean-up when TLS over an emulated link was cut while
  // a write was under way, and there is nothing left to clean up.
  process.kill(process.pid, 'SIGKILL');
}

process.on('message', ({ id, request }: Envelope) => {
  void views.answer(request).then((response) => {
    if (!process.connected) return;
    process.send?.({ id, response }, () => {
      if (request.kind === 'shutdown') void leave();
    });
  });
});
// Ctrl-C reaches the whole process group, and so does what `timeout` or a service manager sends; the parent decides
// what it means.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => void leave());
