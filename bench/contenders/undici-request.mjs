/** One request through an undici dispatcher, with the whole body. */
export async function undiciRequest(dispatcher, path) {
  const { statusCode, body } = await dispatcher.request({ method: 'GET', path });
  return { status: statusCode, body: Buffer.from(await body.arrayBuffer()) };
}
