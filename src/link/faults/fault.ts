/** What a fault may do with one accepted connection. Each call ends or spoils it on the exchange's side at once. */
export interface FaultableConnection {
  /** Closes it as a dying process does: the kernel sends FIN. */
  close(): void;
  /** Closes it with RST. */
  reset(): void;
  /** Leaves it open and dead: nothing is answered, for good. */
  silence(): void;
}

/** One endpoint of a site, as far as faults may touch it. */
export interface FaultTarget {
  /** Connections that are open now, in their handshake or usable. */
  connections(): readonly FaultableConnection[];
  /** From now on the kernel refuses newcomers. */
  stopListening(): void;
  /** Listens on the same port again. */
  listen(): Promise<void>;
}

/** A way for an endpoint to fail. */
export interface Fault {
  /** Takes effect before it returns. */
  inject(target: FaultTarget): void;
  /** What happens to a connection that is accepted while the fault lasts. */
  readonly newcomer?: (connection: FaultableConnection) => void;
  /** Settles when the endpoint serves newcomers again. */
  lift(target: FaultTarget): Promise<void>;
}
