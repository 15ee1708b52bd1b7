import { isIP } from 'node:net';
import type { Clock } from '../../base/index.js';
import { AddressCache, type ResolvedAddress } from './addresses.js';
import type { HttpDnsOptions } from './contracts.js';
import { hostOf } from './open-socket.js';

/** The hosts of a pool's origins, looked up and watched while connections to them are open; addresses are let be. */
export class ResolvedHosts {
  readonly #cache: AddressCache;
  readonly #hosts = new Map<string, string>();

  constructor(
    clock: Clock,
    { ttlMs, timeoutMs, goneAfterLookups, resolve }: Required<HttpDnsOptions>,
    onGone: (host: string, address: string) => void,
  ) {
    this.#cache = new AddressCache({ clock, ttlMs, timeoutMs, goneAfterLookups, resolve, onGone });
  }

  lookup(host: string): Promise<readonly ResolvedAddress[]> {
    return this.#cache.lookup(host);
  }

  opened(origin: string): void {
    const host = this.#hostOf(origin);
    if (isIP(host) === 0) this.#cache.hold(host);
  }

  closed(origin: string): void {
    const host = this.#hostOf(origin);
    if (isIP(host) === 0) this.#cache.release(host);
  }

  names(origin: string, host: string): boolean {
    return this.#hostOf(origin) === host;
  }

  close(): void {
    this.#cache.close();
  }

  #hostOf(origin: string): string {
    let host = this.#hosts.get(origin);
    if (host === undefined) {
      host = hostOf(origin);
      this.#hosts.set(origin, host);
    }
    return host;
  }
}
