import { createPool } from 'lightning-pool';
import { Client } from 'undici';
import { undiciRequest } from './undici-request.mjs';

export default {
  name: 'lightning-pool',
  async open(origin, { connections }) {
    const factory = { create: async () => new Client(origin), destroy: (client) => client.destroy() };
    const pool = createPool(factory, { max: connections });
    return {
      async request(path) {
        const client = await pool.acquire();
        try {
          return await undiciRequest(client, path);
        } finally {
          pool.release(client);
        }
      },
      close: () => pool.close(true),
    };
  },
};
