/** Entry of the exchange process: it answers the parent's requests and ends with it. */
import { systemClock } from '../base/index.js';
import { ExchangeHost } from './host.js';
import type { ExchangeRequest } from './protocol.js';
import { venues } from './venues/index.js';

/** A request on the channel, numbered so that its answer can be told from others. */
interface Envelope {
  readonly id: number;
  readonly request: ExchangeRequest;
}

const host = new ExchangeHost(systemClock, venues);

async function leave(): Promise<void> {
  await host.close();
  // Not by an orderly exit: Node 20 can spin for ever in its own clean-up when TLS over an emulated link was cut while
  // a write was under way, and there is nothing left to clean up.
  process.kill(process.pid, 'SIGKILL');
}

process.on('message', ({ id, request }: Envelope) => {
  void host.answer(request).then((response) => {
    if (!process.connected) return;
    process.send?.({ id, response }, () => {
      if (request.kind === 'shutdown') void leave();
    });
  });
});
// Ctrl-C reaches the whole process group; the parent decides what it means.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => void leave());
