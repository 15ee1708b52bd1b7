import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { AUTHORITATIVE_ANSWER, type Answer, decode, type DecodedPacket, encode, type Question } from 'dns-packet';

const HOST = '127.0.0.1';
/** Seconds for which a resolver may keep an answer. */
const TTL_S = 1;
/** RFC 1035, 4.1.1. */
const NO_SUCH_NAME = 3;
const NOT_IMPLEMENTED = 4;

/** Where a name leads now; undefined for a name that there is not. */
export type Lookup = (name: string) => string | undefined;

/**
 * A name server on a loopback UDP port that knows the endpoints of one site. It answers A questions with one address;
 * a name that exists has no records of other types, and any other name does not exist.
 */
export class NameServer {
  readonly #lookup: Lookup;
  readonly #socket: Socket;

  /** `lookup` is asked in lower case, for each question anew. */
  constructor(lookup: Lookup) {
    this.#lookup = lookup;
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (message, from) => {
      this.#receive(message, from);
    });
  }

  /** Resolves with `address:port`. Rejects with the system's error. */
  async open(): Promise<string> {
    this.#socket.bind(0, HOST);
    await once(this.#socket, 'listening');
    this.#socket.on('error', ignore);
    return `${HOST}:${this.#socket.address().port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #receive(message: Buffer, { port, address }: RemoteInfo): void {
    try {
      const query = decode(message);
      if (query.type === 'query') this.#socket.send(this.#answer(query), port, address, ignore);
    } catch {
      // Not DNS, or nothing that can be answered.
    }
  }

  #answer({ id = 0, questions = [], opcode }: DecodedPacket & { readonly opcode?: string }): Buffer {
    const known = questions.every(({ name }) => this.#lookup(name.toLowerCase()) !== undefined);
    const code = opcode !== undefined && opcode !== 'QUERY' ? NOT_IMPLEMENTED : known ? 0 : NO_SUCH_NAME;
    const answers = code === 0 ? questions.flatMap((question) => this.#records(question)) : [];
    return encode({ type: 'response', id, flags: AUTHORITATIVE_ANSWER | code, questions, answers });
  }

  #records({ type, name }: Question): Answer[] {
    const data = type === 'A' ? this.#lookup(name.toLowerCase()) : undefined;
    return data === undefined ? [] : [{ type: 'A', name, ttl: TTL_S, data }];
  }
}

function ignore(): void {
  // An answer that cannot be sent is one that was lost on the way: resolvers ask again.
}
