import { Agent } from 'node:http';
import { agentRequest } from './agent-request.mjs';

export default {
  name: 'node-agent',
  async open(origin, { connections }) {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    return {
      request: (path) => agentRequest(agent, origin, path),
      close: async () => agent.destroy(),
    };
  },
};
