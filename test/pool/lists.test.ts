import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dated, DeadlineHeap } from '../../src/pool/deadline-heap.js';
import { type Listed, MemberList } from '../../src/pool/member-list.js';

interface Item extends Listed<Item> {
  readonly idleSinceMs: number;
}

interface Due extends Dated {
  readonly deadlineMs: number;
}

const item = (idleSinceMs: number): Item => ({ idleSinceMs, list: undefined, above: undefined, below: undefined });
const due = (deadlineMs: number): Due => ({ deadlineMs, place: -1, sooner: undefined, later: undefined });

function upwards({ bottom, top, size }: MemberList<Item>): Item[] {
  const found: Item[] = [];
  for (let at = bottom; at; at = at.above) {
    expect(at.above?.below ?? at).toBe(at);
    found.push(at);
  }
  expect(found.at(-1)).toBe(top);
  expect(found).toHaveLength(size);
  return found;
}

const step = fc.record({ leaves: fc.boolean(), pick: fc.nat(1000), ms: fc.nat(20) });
const steps = fc.array(step, { maxLength: 80, size: 'max' });

describe('the list of idle connections', () => {
  it('stays in the order of their idle times, whoever is put back or leaves', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const list = new MemberList<Item>();
        const model: Item[] = [];
        for (const { leaves, pick, ms } of steps) {
          const [left] = leaves && model.length > 0 ? model.splice(pick % model.length, 1) : [];
          if (left) list.remove(left);
          else {
            const entered = item(ms);
            list.insertByIdleTime(entered);
            const place = model.findIndex(({ idleSinceMs }) => idleSinceMs > ms);
            model.splice(place < 0 ? model.length : place, 0, entered);
          }
          expect(upwards(list)).toEqual(model);
        }
      }),
      { seed: 5, numRuns: 50 },
    );
  });
});

describe('the heap of deadlines', () => {
  it('has the soonest first, whoever enters or leaves', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const heap = new DeadlineHeap<Due>();
        const there: Due[] = [];
        for (const { leaves, pick, ms } of steps) {
          const [left] = leaves && there.length > 0 ? there.splice(pick % there.length, 1) : [];
          if (left) heap.remove(left);
          else {
            const entered = due(ms);
            there.push(entered);
            heap.add(entered);
          }
          const soonest = there.length === 0 ? undefined : Math.min(...there.map(({ deadlineMs }) => deadlineMs));
          expect(heap.first?.deadlineMs).toBe(soonest);
        }
        for (const one of there) heap.remove(one);
        expect(heap.first).toBeUndefined();
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
