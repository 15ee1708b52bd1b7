/** One channel of a request; without product ids it means those of the request. */
export interface ChannelChoice {
  readonly name: string;
  readonly productIds: readonly string[];
}

/** A request that the venue could read. */
export interface StreamCall {
  readonly type: 'subscribe' | 'unsubscribe';
  readonly channels: readonly ChannelChoice[];
  /** Products named for the request as a whole. */
  readonly productIds: readonly string[];
  /** Carries all fields of a signature. What they say is not checked. */
  readonly signed: boolean;
}

/** The error frame for one that it could not. */
export interface CallError {
  readonly type: 'error';
  readonly message: string;
  readonly reason?: string;
}

const SIGNATURE = ['signature', 'key', 'passphrase', 'timestamp'];

/** Reads one text message of a client. */
export function parseCall(text: string): StreamCall | CallError {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return callError('Malformed JSON');
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return callError('Malformed JSON');
  const fields = new Map(Object.entries(message));
  const type: unknown = fields.get('type');
  if (type !== 'subscribe' && type !== 'unsubscribe')
    return callError('Failed to subscribe', 'Type has to be either subscribe or unsubscribe');
  const productIds = textList(fields.get('product_ids'));
  const channels = channelList(fields.get('channels'), productIds ?? []);
  if (!productIds || !channels) return callError(`Failed to ${type}`, 'Malformed channels or product_ids');
  return { type, channels, productIds, signed: SIGNATURE.every((name) => isPresent(fields.get(name))) };
}

export function callError(message: string, reason?: string): CallError {
  return { type: 'error', message, ...(reason !== undefined && { reason }) };
}

function channelList(value: unknown, productIds: readonly string[]): ChannelChoice[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const choices = value.map((entry) => channelChoice(entry, productIds));
  return choices.every((choice) => choice !== undefined) ? choices : undefined;
}

function channelChoice(entry: unknown, productIds: readonly string[]): ChannelChoice | undefined {
  if (typeof entry === 'string') return { name: entry, productIds };
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { name, product_ids: own } = entry as { readonly name?: unknown; readonly product_ids?: unknown };
  const ids = textList(own);
  if (typeof name !== 'string' || !ids) return undefined;
  return { name, productIds: ids.length > 0 ? ids : productIds };
}

function textList(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

function isPresent(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}
