import { describe, expect, it } from 'vitest';
import { checkWitnesses } from '../../src/runner/witness.js';
import type { StreamTally } from '../../src/runner/arm/messages.js';
import { accepted, claimed, fault, launch, type LaunchFacts, seen, served } from './sample.js';

function disagreements(facts: LaunchFacts): string[] {
  return checkWitnesses('pooled', [launch(facts)])
    .filter((check) => !check.agree)
    .map((check) => `${check.id} ${check.remainder}`);
}

const honest: LaunchFacts = {
  claimed: [claimed(1), claimed(2)],
  connections: [accepted(1), accepted(2)],
  attempts: 2,
  responses: 2,
};

describe('the witnesses of requests', () => {
  it('agree about an honest client', () => {
    expect(disagreements(honest)).toEqual([]);
    expect(
      checkWitnesses('pooled', [launch(honest), launch(honest)]).map(({ id, client, exchange }) => [
        id,
        client,
        exchange,
      ]),
    ).toEqual([
      ['answers', 4, 4],
      ['connections', 4, 4],
      ['usable', 4, 4],
      ['requests', 4, 4],
      ['responses', 4, 4],
    ]);
  });

  it('notice a connection that the client kept to itself', () => {
    expect(disagreements({ ...honest, claimed: [claimed(1)] })).toContain('connections 1');
  });

  it('notice a connection that the client made up, even beside one that it hid', () => {
    expect(disagreements({ ...honest, claimed: [claimed(1), claimed(3)] })).toContain('connections 2');
  });

  it('notice an answer too many', () => {
    expect(disagreements({ ...honest, attempts: 3 })).toEqual(['answers 1']);
    expect(
      disagreements({ ...honest, claimed: [claimed(1), claimed(2, { requestsSent: 2, responsesReceived: 2 })] }),
    ).toEqual(['requests 1', 'responses 1']);
  });

  it('explain the last request of a connection that was cut, and no more than that', () => {
    const cut = { closedAtMs: 15, requestsSent: 5, responsesReceived: 4 };
    const facts = { claimed: [claimed(1, cut)], attempts: 5, attemptFailures: 1 };
    expect(
      disagreements({ ...facts, connections: [accepted(1, { requests: 4, responses: 4 })], responses: 4 }),
    ).toEqual([]);
    expect(
      disagreements({ ...facts, connections: [accepted(1, { requests: 5, responses: 5 })], responses: 5 }),
    ).toEqual([]);
    expect(
      disagreements({ ...facts, connections: [accepted(1, { requests: 3, responses: 3 })], responses: 3 }),
    ).toEqual(['answers 1', 'requests 1', 'responses 1']);
  });

  it('explain one response that arrived although a fault cut the exchange off in it', () => {
    const facts = { claimed: [claimed(1, { requestsSent: 4, responsesReceived: 4 })], attempts: 4, responses: 3 };
    const row = { requests: 4, responses: 3, endedBy: 'fault' } as const;
    expect(disagreements({ ...facts, connections: [accepted(1, row)] })).toEqual([]);
    expect(disagreements({ ...facts, connections: [accepted(1, { ...row, endedBy: 'client' })] })).toEqual([
      'answers 1',
      'responses 1',
    ]);
    expect(disagreements({ ...facts, connections: [accepted(1, { ...row, responses: 2 })], responses: 2 })).toEqual([
      'answers 2',
      'responses 2',
    ]);
  });

  it('accept that a listener which closes takes unaccepted connections with it, only under a fault there', () => {
    const early = claimed(2, { openedAtMs: null, requestsSent: 0, responsesReceived: 0 });
    const facts = { claimed: [claimed(1), early], connections: [accepted(1)], attempts: 1, responses: 1 };
    const fault = {
      id: '0',
      kind: 'refuse',
      endpoint: 0,
      injectedAtMs: 1,
      liftedAtMs: 9,
      openAtInjection: 1,
      touched: 1,
    } as const;
    expect(disagreements(facts)).toEqual(['connections 1']);
    expect(disagreements({ ...facts, faults: [fault] })).toEqual([]);
    expect(disagreements({ ...facts, faults: [{ ...fault, endpoint: 1 }] })).toEqual(['connections 1']);
  });

  it('let a dial that the client gave up be seen by the exchange, or not', () => {
    const given = claimed(2, { connected: false, openedAtMs: null, requestsSent: 0, responsesReceived: 0 });
    const facts = { claimed: [claimed(1), given], attempts: 1, responses: 1 };
    const met = accepted(2, { readyAtMs: null, requests: 0, responses: 0 });
    expect(disagreements({ ...facts, connections: [accepted(1)] })).toEqual([]);
    expect(disagreements({ ...facts, connections: [accepted(1), met] })).toEqual([]);
    expect(disagreements({ ...facts, connections: [accepted(1), met, accepted(3)] })).toEqual(['connections 1']);
  });

  it('take a connection that was gone before it was accepted for a dial that came to nothing, and for nothing else', () => {
    const given = claimed(2, { connected: false, openedAtMs: null, requestsSent: 0, responsesReceived: 0 });
    const gone = accepted(9, { remotePort: 0, readyAtMs: null, requests: 0, responses: 0 });
    const facts = { attempts: 1, responses: 1, connections: [accepted(1), gone] };
    expect(disagreements({ ...facts, claimed: [claimed(1), given] })).toEqual([]);
    expect(disagreements({ ...facts, claimed: [claimed(1)] })).toEqual(['connections 1']);
    expect(disagreements({ ...facts, claimed: [claimed(1), { ...given, endpoint: 1 }] })).toEqual(['connections 1']);
  });

  it('ask nothing about connections of a client that cannot count them', () => {
    const checks = checkWitnesses('default', [launch({ ...honest, claimed: [], countsItself: false })]);
    expect(checks.map(({ id }) => id)).toEqual(['answers']);
  });
});

describe('the witnesses of streams', () => {
  const streams: LaunchFacts = {
    acknowledged: 1,
    subscriptions: [served('a')],
    streams: [seen('a')],
    countsItself: false,
  };

  it('agree when every message sent was seen once', () => {
    expect(disagreements(streams)).toEqual([]);
  });

  it('notice a message that the handler never saw', () => {
    expect(disagreements({ ...streams, streams: [seen('a', { received: 9, ids: [[1, 9]] })] })).toEqual([
      'ids 1',
      'messages 1',
    ]);
  });

  it('notice a message that was never sent', () => {
    expect(disagreements({ ...streams, streams: [seen('a', { received: 11, ids: [[1, 11]] })] })).toEqual([
      'ids 1',
      'messages 1',
    ]);
  });

  it('explain what was in flight when a connection was cut', () => {
    const cut = served('a', { endedBy: 'connection' });
    const facts = { ...streams, subscriptions: [cut], streams: [seen('a', { received: 8, ids: [[1, 8]] })] };
    expect(disagreements(facts)).toEqual([]);
  });

  it('count messages only where no two connections carried the same ones', () => {
    const both = [served('a'), served('a', { remotePort: 40_002, startedAtMs: 20 })];
    expect(disagreements({ ...streams, acknowledged: 2, subscriptions: both })).toEqual([]);
    const facts = { ...streams, acknowledged: 2, subscriptions: both, streams: [seen('a', { ids: [[1, 9]] })] };
    expect(disagreements(facts)).toEqual(['ids 1']);
  });

  it('take what a fault repeated for dropped or handed on, and not more than it repeated', () => {
    const repeated = (touched: number) => ({
      ...streams,
      subscriptions: [served('a', { messagesSent: 13 })],
      faults: [fault('duplicate-messages', touched)],
    });
    expect(disagreements(repeated(3))).toEqual([]);
    expect(disagreements(repeated(2))).toEqual(['messages 1']);
  });

  it('take a message that a fault made late for missing only if the client says so', () => {
    const late = (gaps: StreamTally['gaps']) => ({
      ...streams,
      streams: [
        seen('a', {
          received: 9,
          ids: [
            [1, 4],
            [6, 10],
          ],
          gaps,
        }),
      ],
      faults: [fault('reorder-messages', 1)],
    });
    expect(disagreements(late([[5, 5]]))).toEqual([]);
    expect(disagreements(late([]))).toEqual(['ids 1']);
  });

  it('let a stream leave a connection unheard while another carries it, and no other', () => {
    const moved = (startedAtMs: number) => [served('a'), served('a', { remotePort: 40_002, startedAtMs })];
    expect(disagreements({ ...streams, subscriptions: moved(50) })).toEqual([]);
    expect(disagreements({ ...streams, subscriptions: moved(101) })).toEqual(['subscriptions 1']);
  });

  it('notice a subscription that nobody asked for', () => {
    expect(
      disagreements({ ...streams, subscriptions: [served('a'), served('b')], streams: [seen('a'), seen('b')] }),
    ).toEqual(['subscriptions 1']);
  });
});
