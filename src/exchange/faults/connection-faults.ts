import type { ActiveFault } from './active-fault.js';
import type { FaultConnection, WrongCertificate } from './fault.js';

/** Something that calls its argument, later. */
type Delay = (proceed: () => void) => void;

/** The faults that meet newcomers, in the order of their injection. */
export class ConnectionFaults {
  #active: readonly ActiveFault[] = [];

  set(active: readonly ActiveFault[]): void {
    this.#active = active.filter(({ fault }) => fault.accept ?? fault.handshake ?? fault.certificate);
  }

  /** A connection was accepted. Returns whether a fault took it; all that wanted it have it on their account. */
  accept(connection: FaultConnection): boolean {
    let taken = false;
    for (const active of this.#active) {
      if (!active.fault.accept || !active.reaches(connection)) continue;
      active.caught(connection);
      if (!taken) active.fault.accept(connection);
      taken = true;
    }
    return taken;
  }

  /** The wrong certificate that a newcomer is to be shown, if any: that of the fault that came first. */
  certificate(connection: FaultConnection): WrongCertificate | undefined {
    for (const active of this.#active) {
      const { certificate } = active.fault;
      if (!certificate || !active.reaches(connection)) continue;
      active.caught(connection);
      return certificate;
    }
    return undefined;
  }

  /** What holds a newcomer's handshake back: calls its argument when the handshake may begin. Null: nothing does. */
  handshake(connection: FaultConnection): Delay | null {
    if (this.#active.length === 0) return null;
    const delays = this.#active.flatMap((active) => {
      const { handshake } = active.fault;
      if (!handshake || !active.reaches(connection)) return [];
      active.caught(connection);
      return [handshake];
    });
    return delays.reduce<Delay | null>(
      (before, next) => (before ? (proceed) => before(() => next(proceed)) : next),
      null,
    );
  }
}
