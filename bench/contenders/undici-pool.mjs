import { Pool } from 'undici';
import { collect } from './collect.mjs';
import { fetchWhole } from './fetch-whole.mjs';
import { undiciRequest } from './undici-request.mjs';

export default {
  name: 'undici-pool',
  async open(origin, { connections }) {
    const pool = new Pool(origin, { connections, pipelining: 1 });
    return {
      request: (path) => undiciRequest(pool, path),
      dispatch: (path) => collect(pool, origin, path),
      fetch: (path) => fetchWhole(pool, origin, path),
      close: () => pool.destroy(),
    };
  },
};
