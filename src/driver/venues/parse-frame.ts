const decoder = new TextDecoder();

/** The JSON object in a frame; an empty one when there is none, so that a client never fails over what it reads. */
export function parseFrame<T extends object>(text: string): Partial<T> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** The JSON of a response's body. Throws SyntaxError when it is none. */
export function parseBody(body: Uint8Array): unknown {
  return JSON.parse(decoder.decode(body));
}
