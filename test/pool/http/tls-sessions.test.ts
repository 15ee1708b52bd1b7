import { EventEmitter } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { HttpConnectionPool } from '../../../src/pool/index.js';
import { TlsSessions } from '../../../src/pool/http/tls-sessions.js';
import { selfSigned } from './certificate.js';
import { serve } from './servers.js';
import { failureOf, until } from './until.js';

const ORIGIN = 'https://a.test';

describe('the TLS sessions of a pool', () => {
  const handshake = (sessions: TlsSessions): EventEmitter => {
    const socket = new EventEmitter();
    sessions.follow(ORIGIN, socket as TLSSocket, sessions.of(ORIGIN));
    return socket;
  };

  it('serve any number of handshakes, and are replaced by newer ones', () => {
    const sessions = new TlsSessions();
    expect(sessions.of(ORIGIN)).toBeUndefined();
    const [one, two] = [handshake(sessions), handshake(sessions)];
    one.emit('session', Buffer.from('first'));
    expect([sessions.of(ORIGIN), sessions.of(ORIGIN)].map(String)).toEqual(['first', 'first']);
    two.emit('session', Buffer.from('second'));
    expect(String(sessions.of(ORIGIN))).toBe('second');
    expect(sessions.of('https://b.test')).toBeUndefined();
  });

  it('are forgotten when a handshake with them fails, and only then', () => {
    const sessions = new TlsSessions();
    handshake(sessions).emit('session', Buffer.from('first'));
    const good = handshake(sessions);
    good.emit('secureConnect');
    good.emit('close');
    expect(String(sessions.of(ORIGIN))).toBe('first');
    const overtaken = handshake(sessions);
    handshake(sessions).emit('session', Buffer.from('second'));
    overtaken.emit('close');
    expect(String(sessions.of(ORIGIN))).toBe('second');
    handshake(sessions).emit('close');
    expect(sessions.of(ORIGIN)).toBeUndefined();
  });
});

describe('connections that are dialled anew at the same time', () => {
  let identity: Awaited<ReturnType<typeof selfSigned>>;

  beforeAll(async () => {
    identity = await selfSigned();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'all resume the session that they have, again and again, with %s',
    async (version) => {
      let [full, resumed] = [0, 0];
      const tls = { ...identity, minVersion: version, maxVersion: version };
      await using server = await serve((_request, response) => response.end('ok'), tls);
      server.server.on('secureConnection', (socket: TLSSocket) => {
        if (socket.isSessionReused()) resumed += 1;
        else full += 1;
      });
      const origins = [server.origin];
      await using pool = new HttpConnectionPool({ origins, max: 8, tls: { ca: identity.cert } });
      for (let round = 0; round < 4; round += 1) {
        await pool.start('max');
        await Promise.all(Array.from({ length: 8 }, () => pool.request({ path: '/' })));
        for (const socket of server.sockets) socket.destroy();
        await until(() => pool.stats().gauges.open === 0);
      }
      expect({ full, resumed }).toEqual({ full: 8, resumed: 24 });
      expect(pool.counters.tlsResumed).toBe(24);
    },
  );

  it('make full handshakes again when the server knows their session no more', async () => {
    let answer = 'first';
    const first = await serve((_request, response) => response.end(answer), identity);
    const { port } = new URL(first.origin);
    await using pool = new HttpConnectionPool({ origins: [first.origin], max: 1, tls: { ca: identity.cert } });
    await pool.request({ path: '/' });
    await first[Symbol.asyncDispose]();
    expect(await failureOf(pool.request({ path: '/', timeoutMs: 50 }))).toMatchObject({ kind: 'refused' });
    answer = 'second';
    await using second = await serve((_request, response) => response.end(answer), identity, Number(port));
    expect((await pool.request({ path: '/' })).text()).toBe('second');
    expect(second.accepted).toHaveLength(1);
    expect(pool.counters.tlsResumed).toBe(0);
  });
});
