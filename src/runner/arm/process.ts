import { MpBenchError } from '../../base/index.js';
import { loadDriver } from '../../driver/index.js';
import { Arm } from './arm.js';
import type { ArmRequest, ArmResponse } from './messages.js';

/** Entry point of an arm process: answers the main process's requests one after the other. */

let arm: Arm | null = null;

async function answer(request: ArmRequest): Promise<ArmResponse> {
  if (request.kind === 'init') {
    arm = new Arm(request.config, await loadDriver(request.config.driver));
    return { kind: 'done' };
  }
  if (!arm) throw new Error('the arm was not initialised');
  switch (request.kind) {
    case 'warmUp':
      return { kind: 'warmed', steadiness: await arm.warmUp(request.operations) };
    case 'start':
      return { kind: 'report', report: await arm.start() };
    case 'run':
      return { kind: 'report', report: await arm.run(request.index, request.beginAtMs, request.keepLog) };
    case 'finish':
      return { kind: 'report', report: await arm.finish() };
    default:
      throw new Error(`unknown request ${JSON.stringify(request satisfies never)}`);
  }
}

process.on('message', ({ id, request }: { id: number; request: ArmRequest }) => {
  answer(request)
    .catch(failed)
    .then((response) => process.send?.({ id, response }))
    .catch(() => process.disconnect());
});

function failed(error: unknown): ArmResponse {
  if (error instanceof MpBenchError) return { kind: 'failed', code: error.code, message: error.message };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'failed', code: 'E_ARM', message };
}

// The main process decides when to stop; a Ctrl-C reaches the whole process group.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGKILL');
});
