import { connect } from 'node:net';
import { once } from 'node:events';

const STATUS_LINE = Buffer.from('HTTP/1.1 200');

/**
 * A client that costs next to nothing, so that the server is what is measured: one socket that keeps `depth` requests
 * in flight and counts status lines. Bodies must not contain "HTTP/1.1 200".
 */
export async function openRawClient(origin, path, depth) {
  const { hostname, port, host } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const request = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  let tail = Buffer.alloc(0);
  let onAnswers = () => {};
  let onClose = () => {};
  socket.on('data', (chunk) => {
    const bytes = Buffer.concat([tail, chunk]);
    onAnswers(occurrences(bytes));
    // A status line may be split between two chunks.
    tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - STATUS_LINE.length + 1)));
  });
  socket.on('close', () => onClose());
  return {
    /** Sends `count` requests and resolves when all are answered. */
    run(count) {
      return new Promise((resolve, reject) => {
        let unsent = count;
        let unanswered = count;
        const send = (wanted) => {
          const now = Math.min(wanted, unsent);
          unsent -= now;
          if (now > 0) socket.write(request.repeat(now));
        };
        onAnswers = (answers) => {
          unanswered -= answers;
          if (unanswered > 0) send(answers);
          else resolve();
        };
        onClose = () => reject(new Error(`${origin} closed the connection with ${unanswered} unanswered`));
        send(depth);
      });
    },
    close: () => socket.destroy(),
  };
}

function occurrences(bytes) {
  let found = 0;
  for (let at = bytes.indexOf(STATUS_LINE); at >= 0; at = bytes.indexOf(STATUS_LINE, at + 1)) found += 1;
  return found;
}
