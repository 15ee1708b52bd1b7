import { HttpConnectionPool } from '../../dist/pool/index.js';
import { collect } from './collect.mjs';
import { fetchWhole } from './fetch-whole.mjs';

export default {
  name: 'mp-bench',
  async open(origin, { connections }) {
    const pool = new HttpConnectionPool({ origins: [origin], max: connections });
    return {
      request: (path) => pool.request({ path }),
      dispatch: (path) => collect(pool, origin, path),
      fetch: (path) => fetchWhole(pool.dispatcher, origin, path),
      close: () => pool.close(),
    };
  },
};
