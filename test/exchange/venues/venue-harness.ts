import { FakeClock } from '../../../src/base/index.js';
import type {
  RestRequest,
  RestResponse,
  StreamMessage,
  StreamSession,
  VenueDefinition,
} from '../../../src/exchange/venue.js';
import type { Rules } from '../../../src/exchange/rules.js';
import { RecordingSink } from '../recording-sink.js';

/** Calendar time at clock time 0: ten seconds into a minute. */
export const EPOCH_MS = 1_795_415_770_000;

export interface HarnessOptions<R extends Rules> {
  readonly symbols?: number;
  readonly activity?: number;
  readonly seed?: string;
  readonly enforce?: boolean;
  /** Rules that differ from the published ones. */
  readonly rules?: Partial<R>;
}

/** A venue on a fake clock, with requests and connections as short as tests want them. */
export function openOnFakeClock<R extends Rules>(definition: VenueDefinition<R>, options: HarnessOptions<R> = {}) {
  const { symbols = 4, activity = 1, seed = 'venue', enforce = false } = options;
  const clock = new FakeClock();
  const rules = { ...definition.rules, ...options.rules };
  const wallClock = (): number => EPOCH_MS + clock.now();
  const venue = definition.open({ seed, symbols, activity, clock, wallClock, rules, enforce });
  const rest = (target: string, request: Partial<RestRequest> = {}): RestResponse => {
    const [path = '', query = ''] = target.split('?');
    return venue.rest({ ...FROM_HERE, method: 'GET', path, query: new URLSearchParams(query), body: '', ...request });
  };
  const get = (target: string): Json => JSON.parse(String(rest(target).body));
  const connect = (path: string, remoteAddress = '127.0.0.1'): { session: StreamSession; sink: RecordingSink } => {
    const sink = new RecordingSink();
    const session = venue.open({ ...FROM_HERE, remoteAddress, path, headers: {} }, sink);
    if ('refuse' in session) throw new Error(`refused with ${session.refuse.status}`);
    return { session, sink };
  };
  return { clock, venue, rest, get, connect };
}

const FROM_HERE = { remoteAddress: '127.0.0.1', connectionsOfAddress: 1, connectionAgeMs: 0 };

/** The JSON of a message. */
export function bodyOf(message: StreamMessage | undefined): Json {
  return JSON.parse(String(message?.frame));
}

/** Parsed JSON whose shape a test goes on to assert. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;
