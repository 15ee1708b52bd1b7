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
  // With the channel gone nothing is left that keeps the process alive.
  if (process.connected) process.disconnect();
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
