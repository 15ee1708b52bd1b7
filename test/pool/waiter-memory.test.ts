import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Lease } from '../../src/pool/contracts.js';
import { Waiter } from '../../src/pool/waiter-queue.js';

it('a waiter leaves nothing of what it was given behind', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const given = (): WeakRef<object> => {
    const lease = {} as Lease<object>;
    new Waiter<object>(0, 1000, []).resolve(lease);
    return new WeakRef(lease);
  };
  const left = given();
  // A reference is held until the end of the turn in which it was made.
  await turn();
  collect();
  expect(left.deref()).toBeUndefined();
});
