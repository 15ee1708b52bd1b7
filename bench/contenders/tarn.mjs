import { Pool } from 'tarn';
import { Client } from 'undici';
import { undiciRequest } from './undici-request.mjs';

export default {
  name: 'tarn',
  async open(origin, { connections }) {
    const pool = new Pool({
      create: async () => new Client(origin),
      destroy: (client) => client.destroy(),
      min: 0,
      max: connections,
    });
    return {
      async request(path) {
        const client = await pool.acquire().promise;
        try {
          return await undiciRequest(client, path);
        } finally {
          pool.release(client);
        }
      },
      close: () => pool.destroy(),
    };
  },
};
