import type { DeribitContext } from './context.js';
import type { DeribitInstrument } from './instruments.js';
import { rejections } from './rpc-errors.js';
import type { RpcParams } from './rpc-params.js';

/** What a method may ask of the socket it was called over. */
export interface SocketCalls {
  readonly authorized: boolean;
  authorize(): void;
  /** Subscribes to those of `channels` that exist; `greet` sends what each new one begins with. */
  subscribe(channels: readonly string[]): { readonly accepted: readonly string[]; readonly greet: () => void };
  /** Unsubscribes, and returns those that were live. */
  unsubscribe(channels: readonly string[]): readonly string[];
  unsubscribeAll(): readonly string[];
  /** Interval in the venue's seconds. */
  setHeartbeat(seconds: number): void;
  disableHeartbeat(): void;
  /** The client called `public/test`. */
  tested(): void;
}

/** One call of a method, whatever brought it here. */
export interface Call {
  readonly params: RpcParams;
  /** Undefined over HTTP. */
  readonly socket: SocketCalls | undefined;
  /** Notes that a rule was broken; true when the venue's consequence is to follow. */
  broke(rule: string): boolean;
}

export interface Answer {
  /** JSON text of the result. */
  readonly result: string;
  /** Channels that the answer acknowledges. */
  readonly acknowledges?: readonly string[];
  /** To be done when the answer is on its way. */
  readonly afterwards?: () => void;
}

/** One method of the API, defined once for all transports. Throws RpcError. */
export type Method = (context: DeribitContext, call: Call) => Answer;

/** A method whose answer is nothing but a result. */
export function reading(read: (context: DeribitContext, params: RpcParams) => string): Method {
  return (context, { params }) => ({ result: read(context, params) });
}

/** The instrument that a call must name. */
export function requiredInstrument({ instruments }: DeribitContext, params: RpcParams): DeribitInstrument {
  const instrument = instruments.named(params.requiredText('instrument_name'));
  if (!instrument) throw rejections.invalid('instrument_name', 'instrument not found');
  return instrument;
}

/** The perpetual that a call must name. */
export function requiredPerpetual(context: DeribitContext, params: RpcParams): DeribitInstrument {
  const instrument = requiredInstrument(context, params);
  if (instrument.kind !== 'future') throw rejections.invalid('instrument_name', 'not a perpetual');
  return instrument;
}

/** A calendar stretch that a call must give; the end is not before the start. */
export function requiredStretch(params: RpcParams): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = params.requiredInteger('start_timestamp');
  const toMs = params.requiredInteger('end_timestamp');
  if (toMs < fromMs) throw rejections.invalid('end_timestamp', 'end before start');
  return { fromMs, toMs };
}
