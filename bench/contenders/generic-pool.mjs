import genericPool from 'generic-pool';
import { Client } from 'undici';
import { undiciRequest } from './undici-request.mjs';

export default {
  name: 'generic-pool',
  async open(origin, { connections }) {
    const factory = { create: async () => new Client(origin), destroy: (client) => client.destroy() };
    const pool = genericPool.createPool(factory, { max: connections });
    return {
      request: (path) => pool.use((client) => undiciRequest(client, path)),
      close: () => pool.drain().then(() => pool.clear()),
    };
  },
};
