/** What an error event says. */
export interface StreamError {
  readonly code: string;
  readonly msg: string;
}

const ECHOED_CHARACTERS = 1_024;
const MOVED_DETAILS =
  'More details can refer to: https://www.okx.com/help-center/changes-to-v5-api-websocket-subscription-parameter-and-url.';

// Codes and wording: OKX API guide v5, error codes of the WebSocket.
export const streamErrors = {
  badApiKey: (): StreamError => ({ code: '60005', msg: 'Invalid apiKey' }),
  loginNeeded: (): StreamError => ({ code: '60011', msg: 'Please log in' }),
  illegal: (text: string): StreamError => ({
    code: '60012',
    msg: `Invalid request: ${text.slice(0, ECHOED_CHARACTERS)}`,
  }),
  badArguments: (): StreamError => ({ code: '60013', msg: 'Invalid args' }),
  tooFrequent: (): StreamError => ({ code: '60014', msg: 'Requests too frequent' }),
  unknown: (argument: object): StreamError => ({
    code: '60018',
    msg: `Wrong URL or ${described(argument)} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`,
  }),
  badOperation: (op: string): StreamError => ({ code: '60019', msg: `Invalid op: ${op.slice(0, ECHOED_CHARACTERS)}` }),
  wrongUrl: (): StreamError => ({
    code: '60028',
    msg: 'The current operation is not supported by this URL. Please use the correct WebSocket URL for the operation.',
  }),
  badId: (): StreamError => ({ code: '60033', msg: 'Parameter id error.' }),
  moved: (): StreamError => ({
    code: '64001',
    msg: `This channel has been migrated to the '/business' URL. Please subscribe using the new URL. ${MOVED_DETAILS}`,
  }),
  notOnBusiness: (): StreamError => ({
    code: '64002',
    msg: `This channel is not supported by "/business" URL. Please use "/private" URL(for private channels), or "/public" URL(for public channels). ${MOVED_DETAILS}`,
  }),
  tierTooLow: (): StreamError => ({
    code: '64003',
    msg: "Your trading fee tier doesn't meet the requirement to access this channel",
  }),
  overloaded: (): StreamError => ({
    code: '64007',
    msg: 'Operation subscribe failed due to WebSocket internal error. Please try again later.',
  }),
};

function described(argument: object): string {
  return Object.entries(argument)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => `${name}:${value}`)
    .join(',')
    .slice(0, ECHOED_CHARACTERS);
}
