import type { FaultConnection, FaultEndpoint, FaultStream } from '../../../src/exchange/faults/index.js';
import type { ConnectionEntry } from '../../../src/exchange/ledger-rows.js';
import type { Ledger } from '../../../src/exchange/ledger.js';

/** A connection that notes what faults do with it. */
export class FakeConnection implements FaultConnection {
  readonly endpoint: number;
  readonly localAddress = '127.0.0.1';
  readonly entry: ConnectionEntry;
  readonly done: string[] = [];
  readonly stream: FaultStream;

  constructor(ledger: Ledger, endpoint: number) {
    this.endpoint = endpoint;
    this.entry = ledger.accepted(endpoint, { address: '127.0.0.1', port: 1 }, { bytesRead: 0, bytesWritten: 0 });
    ledger.ready(this.entry, 'none');
    this.stream = {
      close: (code, reason) => {
        this.done.push(`close ${code} ${reason}`);
      },
      maintenance: (leadMs) => {
        this.done.push(`maintenance ${leadMs}`);
      },
    };
  }

  close(): void {
    this.done.push('close');
  }
  reset(): void {
    this.done.push('reset');
  }
  silence(): void {
    this.done.push('silence');
  }
}

/** An endpoint that counts who wants it closed or elsewhere. */
export class FakeEndpoint implements FaultEndpoint {
  readonly open: FakeConnection[] = [];
  stops = 0;
  moves = 0;
  /** What the next `listen` rejects with. */
  failure: Error | null = null;

  get address(): string {
    return this.moves > 0 ? '127.0.0.16' : '127.0.0.1';
  }
  connections(): readonly FakeConnection[] {
    return this.open;
  }
  stopListening(): void {
    this.stops += 1;
  }
  async listen(): Promise<void> {
    this.stops -= 1;
    if (this.failure) throw this.failure;
  }
  async move(): Promise<void> {
    this.moves += 1;
  }
  async moveBack(): Promise<void> {
    this.moves -= 1;
  }
}
