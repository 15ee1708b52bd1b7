import type {
  Refusal,
  StreamMessage,
  StreamSession,
  StreamSink,
  UpgradeRequest,
  Venue,
} from '../../src/exchange/venue.js';

/** A message of a stream; what stands behind the dot of its name is the symbol. It can be crossed, and that is all. */
export function message(stream: string, id: number): StreamMessage {
  return {
    stream,
    symbol: stream.split('.')[1] ?? 'AAA',
    frame: `{"id":${id}}`,
    firstId: id,
    lastId: id,
    spoiled: (spoil) => (spoil === 'crossed' ? `{"crossed":${id}}` : undefined),
  };
}

/** The smallest venue: echoes paths, counts ids up, and does as it is told by its clients' messages. */
export class FakeVenue implements Venue {
  readonly name = 'fake';
  readonly symbols = ['AAA', 'BBB'];
  readonly maxMessageBytes = 1 << 20;
  readonly sinks: StreamSink[] = [];
  readonly pings: string[] = [];
  ended = 0;
  closed = false;

  rest({ method, path, query }: Parameters<Venue['rest']>[0]): ReturnType<Venue['rest']> {
    if (path === '/throw') throw new Error('a bug in the venue');
    const status = path === '/limited' ? 429 : 200;
    return { status, headers: { 'content-type': 'text/plain' }, body: `${method} ${path} ${query.toString()}` };
  }

  failure(status: number): ReturnType<Venue['failure']> {
    return { status, headers: { 'content-type': 'text/plain' }, body: `failure ${status}` };
  }

  open({ path }: UpgradeRequest, sink: StreamSink): StreamSession | Refusal {
    if (path === '/forbidden') return { refuse: this.failure(403) };
    this.sinks.push(sink);
    if (path === '/raw') {
      sink.subscribed('raw', 1);
      sink.publish({ stream: 'raw', symbol: 'AAA', frame: '{"id":1}', firstId: 1, lastId: 1 });
    }
    return {
      receive: (text) => {
        this.#receive(text, sink);
      },
      pong: (payload) => {
        sink.reply(`pong ${payload}`);
      },
      pinged: (payload) => {
        this.pings.push(payload);
      },
      maintenance: (leadMs) => {
        sink.reply(`maintenance in ${leadMs}`);
      },
      end: () => {
        this.ended += 1;
      },
    };
  }

  close(): void {
    this.closed = true;
  }

  #receive(text: string, sink: StreamSink): void {
    const [word, stream = ''] = text.split(' ');
    if (word === 'throw') throw new Error('a bug in the session');
    if (word === 'ping') sink.ping('payload');
    if (word === 'leave') sink.close(1008, 'as you wish');
    if (word === 'break') sink.violated('messages-per-second');
    if (word === 'subscribe') {
      sink.subscribed(stream, 10);
      sink.acknowledge('subscribed', [stream]);
      sink.publish({ stream, symbol: 'AAA', frame: '{"id":10}', firstId: 10, lastId: 12 });
    }
    if (word === 'unsubscribe') {
      sink.unsubscribed(stream, 13);
      sink.acknowledge('unsubscribed', [stream]);
    }
  }
}
