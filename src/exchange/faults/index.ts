import type { FaultKind, FaultSpec, FaultSpecOf } from '../protocol.js';
import { closeCode } from './close-code.js';
import { crossedBook } from './crossed-book.js';
import { cutAll } from './cut-all.js';
import { dnsChange } from './dns-change.js';
import { dropMessages } from './drop-messages.js';
import { duplicateMessages } from './duplicate-messages.js';
import type { Fault, FaultTime } from './fault.js';
import { httpError } from './http-error.js';
import { idleClose } from './idle-close.js';
import { lostAck } from './lost-ack.js';
import { maintenanceNotice } from './maintenance-notice.js';
import { refuse } from './refuse.js';
import { reorderMessages } from './reorder-messages.js';
import { reset } from './reset.js';
import { silence } from './silence.js';
import { slowHandshake } from './slow-handshake.js';
import { streamStall } from './stream-stall.js';
import { tlsFailure } from './tls-failure.js';
import { truncatedBody } from './truncated-body.js';
import { wrongChecksum } from './wrong-checksum.js';

/** How each kind of fault is made. */
const FAULTS: { readonly [K in FaultKind]: (spec: FaultSpecOf<K>, time: FaultTime) => Fault } = {
  refuse,
  reset,
  silence,
  'slow-handshake': slowHandshake,
  'tls-failure': tlsFailure,
  'truncated-body': truncatedBody,
  'http-error': httpError,
  'close-code': closeCode,
  'lost-ack': lostAck,
  'stream-stall': streamStall,
  'drop-messages': dropMessages,
  'duplicate-messages': duplicateMessages,
  'reorder-messages': reorderMessages,
  'crossed-book': crossedBook,
  'wrong-checksum': wrongChecksum,
  'dns-change': dnsChange,
  'cut-all': cutAll,
  'maintenance-notice': maintenanceNotice,
  'idle-close': idleClose,
};

/** Makes a fault; undefined for a kind that there is not (plans come from another process). */
export function createFault(spec: FaultSpec, time: FaultTime): Fault | undefined {
  if (!Object.hasOwn(FAULTS, spec.kind)) return undefined;
  const make = FAULTS[spec.kind] as (spec: FaultSpec, time: FaultTime) => Fault;
  return make(spec, time);
}

export { ActiveFault } from './active-fault.js';
export { ActiveFaults } from './active-faults.js';
export { Postponed } from './postponed.js';
export { checkPlan, type FaultGround } from './check-plan.js';
export type { FaultConnection, FaultEndpoint, FaultStream, WrongCertificate } from './fault.js';
export type { MessageOutlet } from './message-faults.js';
