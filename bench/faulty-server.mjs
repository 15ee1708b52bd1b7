// Two equal node:http servers in a process of their own, which answer a warm request after one round trip of `rttMs`.
// The parent sends { id, act, … }: 'open' { rttMs } gives { origins }; 'fail' { kind } lets the first one refuse, reset
// or fall silent and gives { atMs } (system-wide monotonic); 'heal' ends that. It ends when the parent disconnects.
import { once } from 'node:events';
import { createServer } from 'node:http';

let rttMs = 0;
let fault = 'none';
const sockets = new Set();

const answer = (request, response, faulty) => {
  request.resume();
  setTimeout(() => {
    if (!faulty || fault !== 'silent') response.end('ok');
  }, rttMs);
};
const [first, second] = [true, false].map((faulty) => createServer((q, s) => answer(q, s, faulty)));

first.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  if (fault === 'reset') socket.resetAndDestroy();
});

let port = 0;

const acts = {
  async open(message) {
    rttMs = message.rttMs;
    const servers = [first, second].map((server) => server.listen(0, '127.0.0.1'));
    await Promise.all(servers.map((server) => once(server, 'listening')));
    port = first.address().port;
    return { origins: servers.map((server) => `http://127.0.0.1:${server.address().port}`) };
  },
  async fail({ kind }) {
    fault = kind;
    const atMs = Number(process.hrtime.bigint()) / 1e6;
    if (kind === 'refused') first.close();
    if (kind !== 'silent') for (const socket of sockets) socket.resetAndDestroy();
    return { atMs };
  },
  async heal() {
    for (const socket of sockets) socket.destroy();
    if (fault === 'refused') await once(first.listen(port, '127.0.0.1'), 'listening');
    fault = 'none';
    return {};
  },
};

process.on('message', (message) => {
  void acts[message.act](message).then((answer) => process.send({ id: message.id, ...answer }));
});
process.once('disconnect', () => process.exit());
