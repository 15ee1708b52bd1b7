// A client that knows nothing of mp-bench: one socket, three streams, reconnects after half a second, ends by itself
// when it has seen trades on a second connection. Prints how many trades it missed, by the numbers that they carry.
import { WebSocket } from 'ws';

const [symbol] = process.env.MP_BENCH_SYMBOLS.split(',');
const trades = `${symbol.toLowerCase()}@trade`;
const streams = [trades, ...(process.argv[2] === 'trades-only' ? [] : [`${symbol.toLowerCase()}@depth@100ms`])];

let connections = 0;
let lastTrade = null;
let missed = 0;

function connect() {
  const socket = new WebSocket(`${process.env.MP_BENCH_WS_URL}/stream`);
  connections += 1;
  const connection = connections;
  let tradesHere = 0;
  socket.on('error', () => undefined);
  socket.on('open', () => socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: streams, id: connection })));
  socket.on('message', (text) => {
    const { stream, data } = JSON.parse(text);
    if (stream !== trades) return;
    if (lastTrade !== null) missed += data.t - lastTrade - 1;
    lastTrade = data.t;
    tradesHere += 1;
    if (connection === 2 && tradesHere === 20) socket.close();
  });
  socket.on('close', () => {
    if (connection === 1) setTimeout(connect, 500);
    else process.stdout.write(`${JSON.stringify({ connections, missed })}\n`);
  });
}

connect();
