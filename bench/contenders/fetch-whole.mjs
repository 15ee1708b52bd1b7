import { fetch } from 'undici';

/** One request by undici's fetch through a dispatcher, with the whole body. */
export async function fetchWhole(dispatcher, origin, path) {
  const response = await fetch(`${origin}${path}`, { dispatcher });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}
