import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueHeap } from '../../src/link/due-heap.js';

test('a heap gives its items back by due time, equal times in order of insertion', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (dues) => {
      const heap = new DueHeap();
      const ran: { due: number; index: number }[] = [];
      const added = dues.map((due, index) => ({ due, index }));
      for (const item of added) heap.push(item.due, () => ran.push(item));
      for (let item = heap.pop(); item; item = heap.pop()) item.run(0);
      expect(ran).toEqual(added.sort((a, b) => a.due - b.due || a.index - b.index));
      expect(heap.size).toBe(0);
    }),
  );
});

test('a heap stays in order while items come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 9 }))), (steps) => {
      const heap = new DueHeap();
      const model: number[] = [];
      for (const step of steps) {
        if (step === null) {
          model.sort((a, b) => a - b);
          expect(heap.pop()?.dueMs).toBe(model.shift());
        } else {
          heap.push(step, () => undefined);
          model.push(step);
        }
        expect(heap.peek()?.dueMs).toBe(model.length > 0 ? Math.min(...model) : undefined);
      }
    }),
  );
});
