const decoder = new TextDecoder();

/** The JSON of a response's body. Throws SyntaxError when it is none. */
export function parseBody(body: Uint8Array): unknown {
  return JSON.parse(decoder.decode(body));
}
