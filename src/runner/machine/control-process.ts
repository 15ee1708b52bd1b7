import { FrozenControl } from './frozen-control.js';
import type { ControlRequest, ControlResponse } from './messages.js';

/** Entry point of the frozen control's process: does a slice of work for every request. */

const control = new FrozenControl();
const opened = control.open();
// Told with the first request.
opened.catch(() => undefined);

async function answer(): Promise<ControlResponse> {
  await opened;
  return { kind: 'reading', reading: await control.slice() };
}

process.on('message', ({ id }: { id: number; request: ControlRequest }) => {
  answer()
    .catch((error: unknown): ControlResponse => ({ kind: 'failed', message: String(error) }))
    .then((response) => process.send?.({ id, response }))
    .catch(() => process.disconnect());
});

// The main process decides when to stop; a Ctrl-C reaches the whole process group.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGKILL');
});
