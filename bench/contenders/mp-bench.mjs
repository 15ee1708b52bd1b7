import { HttpConnectionPool } from '../../dist/pool/index.js';

export default {
  name: 'mp-bench',
  async open(origin, { connections }) {
    const pool = new HttpConnectionPool({ origins: [origin], max: connections });
    return {
      request: (path) => pool.request({ path }),
      close: () => pool.close(),
    };
  },
};
