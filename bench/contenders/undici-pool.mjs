import { Pool } from 'undici';
import { undiciRequest } from './undici-request.mjs';

export default {
  name: 'undici-pool',
  async open(origin, { connections }) {
    const pool = new Pool(origin, { connections, pipelining: 1 });
    return {
      request: (path) => undiciRequest(pool, path),
      close: () => pool.destroy(),
    };
  },
};
