import type { SiteInfo } from '../exchange/protocol.js';

/**
 * What the program learns of the mocks: `MP_BENCH_REST_URL` and `MP_BENCH_WS_URL` (the first endpoint),
 * `MP_BENCH_REST_URLS`, `MP_BENCH_WS_URLS` and `MP_BENCH_SYMBOLS` (all, separated by commas), and `MP_BENCH_CA`, the
 * path of a PEM file that is there with TLS only. `ca` is that path.
 */
export function programEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
  { endpoints, symbols }: SiteInfo,
  ca: string | null,
): Record<string, string | undefined> {
  const { MP_BENCH_CA: _theirs, ...rest } = inherited;
  const rests = endpoints.map(({ rest }) => rest);
  const streams = endpoints.map(({ ws }) => ws);
  return {
    ...rest,
    MP_BENCH_REST_URL: rests[0],
    MP_BENCH_WS_URL: streams[0],
    MP_BENCH_REST_URLS: rests.join(','),
    MP_BENCH_WS_URLS: streams.join(','),
    MP_BENCH_SYMBOLS: Object.values(symbols).flat().join(','),
    ...(ca !== null && { MP_BENCH_CA: ca }),
  };
}
