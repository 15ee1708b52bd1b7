import type { Answer, Call, Method, SocketCalls } from '../method.js';
import { rejections } from '../rpc-errors.js';
import type { DeribitRules } from '../rules.js';

const VERSION = '{"version":"1.2.26"}';
const OK = '"ok"';
const SHORTEST_HEARTBEAT_S = 10;
const LONGEST_HEARTBEAT_S = 86_400;
const RAW_SUFFIX = '.raw';
const TOKEN_LIFE_S = 900;

/** `public/test`, which also answers a test request of the heartbeat. */
export const test: Method = (_context, { socket }) => {
  socket?.tested();
  return { result: VERSION };
};

export const hello: Method = (_context, { params }) => {
  params.requiredText('client_name');
  return { result: VERSION };
};

export const setHeartbeat: Method = (_context, call) => {
  const socket = requiredSocket(call);
  call.params.requiredInteger('interval');
  socket.setHeartbeat(call.params.bounded('interval', SHORTEST_HEARTBEAT_S, SHORTEST_HEARTBEAT_S, LONGEST_HEARTBEAT_S));
  return { result: OK };
};

export const disableHeartbeat: Method = (_context, call) => {
  requiredSocket(call).disableHeartbeat();
  return { result: OK };
};

/** `public/auth`: any credentials will do, as long as there are some. */
export const authorize: Method = (_context, { params, socket }) => {
  const grant = params.requiredText('grant_type');
  const secret = { client_credentials: 'client_secret', client_signature: 'signature', refresh_token: 'refresh_token' };
  if (!Object.hasOwn(secret, grant)) throw rejections.invalid('grant_type', 'invalid grant type');
  if (grant !== 'refresh_token') params.requiredText('client_id');
  if (!params.text(secret[grant as keyof typeof secret])) throw rejections.invalidCredentials();
  socket?.authorize();
  const token = '"access_token":"access","refresh_token":"refresh","token_type":"bearer","scope":"connection"';
  return { result: `{${token},"expires_in":${TOKEN_LIFE_S}}` };
};

/** `public/subscribe`: the answer lists the channels that the venue has; others are left out without a word. */
export function subscribe({ channelsPerCall }: DeribitRules): Method {
  return (_context, call) => {
    const socket = requiredSocket(call);
    const channels = call.params.texts('channels');
    if (channels.length > channelsPerCall && call.broke('channels-per-call'))
      throw rejections.invalid('channels', `no more than ${channelsPerCall} channels in one request`);
    if (!socket.authorized && channels.some((channel) => channel.endsWith(RAW_SUFFIX)))
      throw rejections.rawUnauthorized();
    const { accepted, greet } = socket.subscribe(channels);
    return { ...acknowledgement(accepted), afterwards: greet };
  };
}

export const unsubscribe: Method = (_context, call) =>
  acknowledgement(requiredSocket(call).unsubscribe(call.params.texts('channels')));

export const unsubscribeAll: Method = (_context, call) => ({
  result: OK,
  acknowledges: requiredSocket(call).unsubscribeAll(),
});

/** A method as it is for those who have authenticated on this connection. */
export function authorizedOnly(method: Method): Method {
  return (context, call) => {
    if (!call.socket?.authorized) throw rejections.unauthorized();
    return method(context, call);
  };
}

function acknowledgement(channels: readonly string[]): Answer {
  return { result: JSON.stringify(channels), acknowledges: channels };
}

function requiredSocket({ socket }: Call): SocketCalls {
  if (!socket) throw rejections.mustBeWebsocket();
  return socket;
}
