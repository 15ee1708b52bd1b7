import { HttpAgent } from 'agentkeepalive';
import { agentRequest } from './agent-request.mjs';

export default {
  name: 'agentkeepalive',
  async open(origin, { connections }) {
    const agent = new HttpAgent({ maxSockets: connections });
    return {
      request: (path) => agentRequest(agent, origin, path),
      close: async () => agent.destroy(),
    };
  },
};
