/**
 * HTTP clients with pooled connections, behind one interface, to be compared with each other.
 *
 * A contender is { name, open(origin, { connections }) }; `open` gives a client { request(path), close() }, where
 * `request` resolves to { status, body } with the whole body as a Buffer and rejects when there is no response, and
 * `close` leaves no connection behind. Those that are undici dispatchers have `dispatch(path)` and `fetch(path)` as well,
 * which give the same. Each has its library's own defaults but for the number of connections.
 */
const CONTENDERS = {
  'mp-bench': () => import('./mp-bench.mjs'),
  'undici-pool': () => import('./undici-pool.mjs'),
  'node-agent': () => import('./node-agent.mjs'),
  agentkeepalive: () => import('./agentkeepalive.mjs'),
  'generic-pool': () => import('./generic-pool.mjs'),
  tarn: () => import('./tarn.mjs'),
  'lightning-pool': () => import('./lightning-pool.mjs'),
};

const NAMES = Object.keys(CONTENDERS).join(', ');

/** Loads one contender by its name; its library is loaded with it. */
export async function contender(name) {
  const load = CONTENDERS[name];
  if (load === undefined) throw new Error(`no contender ${name}; there are ${NAMES}`);
  return (await load()).default;
}
