import { request } from 'node:http';

/** One request of node:http through an agent, with the whole body. */
export function agentRequest(agent, origin, path) {
  return new Promise((resolve, reject) => {
    request(`${origin}${path}`, { agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}
