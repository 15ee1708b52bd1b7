// A collector that outlives its exchange:  node examples/collector.mjs  beside  npx mp-bench mock --venue binance --port 8080
// Kill the mock and start it again: the streams go on, and what they lack in between is told.
import { binanceStreams, WebSocketConnectionPool } from 'mp-bench/pool';

const origins = (process.env.MP_BENCH_WS_URLS ?? 'ws://127.0.0.1:8080').split(',');
const room = { maxConnections: 2, streamsPerConnection: 100 };
const pool = new WebSocketConnectionPool({ origins, protocol: binanceStreams, ...room });
const say = (text) => process.stdout.write(`${text}\n`);

let received = 0;
const missing = ({ lastGoodId, firstGoodId }) => `lacks ${firstGoodId - lastGoodId - 1} ids from ${lastGoodId + 1} on`;
for (const stream of ['btcusdt@trade', 'btcusdt@depth@100ms']) {
  pool.subscribe(stream, {
    onMessage: () => (received += 1),
    onState: (state) => say(`${stream} is ${state}`),
    onGap: (gap) => say(`${stream} ${gap.unknownLoss ? 'may lack ids' : missing(gap)}`),
  });
}

const ticker = setInterval(() => say(`${received} messages`), 1_000);
process.once('SIGINT', () => {
  clearInterval(ticker);
  void pool.close();
});
