/** One request through an undici dispatcher's `dispatch`, with a handler that does nothing but collect the body. */
export function collect(dispatcher, origin, path) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let status = 0;
    dispatcher.dispatch(
      { origin, path, method: 'GET' },
      {
        onConnect() {},
        onHeaders(code) {
          status = code;
          return true;
        },
        onData(chunk) {
          chunks.push(chunk);
          return true;
        },
        onComplete: () => resolve({ status, body: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks) }),
        onError: reject,
      },
    );
  });
}
