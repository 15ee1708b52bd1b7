import type { DecodedFrame, StreamCodec, StreamData, StreamProtocol } from '../../../../src/pool/websocket/protocol.js';
import type { Rules } from '../../../../src/exchange/rules.js';
import type { StreamMessage, VenueDefinition } from '../../../../src/exchange/venue.js';
import type { RecordingSink } from '../../../exchange/recording-sink.js';
import { type HarnessOptions, openOnFakeClock } from '../../../exchange/venues/venue-harness.js';

/** A message as the venue counts it, and as it was read. */
export interface Read {
  readonly sent: StreamMessage;
  readonly data: StreamData;
}

/** One connection of a protocol with a venue on a fake clock; frames are read in the order in which they were sent. */
export class FakeConnection {
  readonly codec: StreamCodec;
  readonly sink: RecordingSink;
  readonly send: (text: string) => void;
  #read = 0;

  constructor(protocol: StreamProtocol, sink: RecordingSink, send: (text: string) => void) {
    this.codec = protocol.open?.() ?? protocol;
    this.sink = sink;
    this.send = send;
  }

  /** Everything but data that has arrived since the last call. */
  notices(): DecodedFrame[] {
    return this.#arrived().flatMap((event) => (event.kind === 'reply' ? [this.codec.decode(event.text)] : []));
  }

  /** Data that has arrived since the last call. */
  messages(): Read[] {
    return this.#arrived().flatMap((event) => {
      if (event.kind !== 'publish') return [];
      const data = this.codec.decode(String(event.message.frame));
      if (data.kind !== 'data') throw new Error(`taken for ${data.kind}: ${String(event.message.frame)}`);
      return [{ sent: event.message, data }];
    });
  }

  #arrived(): RecordingSink['events'] {
    const arrived = this.sink.events.slice(this.#read);
    this.#read = this.sink.events.length;
    return arrived;
  }
}

export function connectTo<R extends Rules>(
  protocol: StreamProtocol,
  definition: VenueDefinition<R>,
  options: HarnessOptions<R> = {},
) {
  const { clock, venue, connect } = openOnFakeClock(definition, { symbols: 2, ...options });
  const open = (): FakeConnection => {
    const { session, sink } = connect(protocol.path);
    return new FakeConnection(protocol, sink, (text) => session.receive(text));
  };
  return { clock, venue, open, connection: open() };
}
