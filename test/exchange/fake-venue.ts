import type { StreamSession, StreamSink, Venue } from '../../src/exchange/venue.js';

/** The smallest venue: echoes paths, counts ids up, and does as it is told by its clients' messages. */
export class FakeVenue implements Venue {
  readonly name = 'fake';
  readonly symbols = ['AAA', 'BBB'];
  readonly sinks: StreamSink[] = [];
  ended = 0;
  closed = false;

  rest({ method, path, query }: Parameters<Venue['rest']>[0]): ReturnType<Venue['rest']> {
    if (path === '/throw') throw new Error('a bug in the venue');
    const status = path === '/limited' ? 429 : 200;
    return { status, headers: { 'content-type': 'text/plain' }, body: `${method} ${path} ${query.toString()}` };
  }

  open(path: string, sink: StreamSink): StreamSession | { readonly refuse: number } {
    if (path === '/forbidden') return { refuse: 403 };
    this.sinks.push(sink);
    if (path === '/raw') {
      sink.subscribed('raw', 1);
      sink.publish({ stream: 'raw', frame: '{"id":1}', firstId: 1, lastId: 1 });
    }
    return {
      receive: (text) => {
        this.#receive(text, sink);
      },
      pong: (payload) => {
        sink.reply(`pong ${payload}`);
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
      sink.reply('subscribed');
      sink.publish({ stream, frame: '{"id":10}', firstId: 10, lastId: 12 });
    }
    if (word === 'unsubscribe') {
      sink.unsubscribed(stream, 13);
      sink.reply('unsubscribed');
    }
  }
}
