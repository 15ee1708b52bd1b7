import type { Socket } from 'node:net';
import { LinkedSocket } from './linked-socket.js';
import { checkSettings, type LinkParts, type LinkSettings } from './settings.js';

/** Puts the emulated network in front of accepted sockets. */
export class Link {
  readonly #settings: LinkSettings;
  readonly #parts: LinkParts;
  #attached = 0;

  /**
   * Each connection gets a stream of its own from `parts.random`, by the order in which they are accepted.
   * @throws {RangeError} when the settings are not those of a link
   */
  constructor(settings: LinkSettings, parts: LinkParts) {
    checkSettings(settings);
    this.#settings = settings;
    this.#parts = parts;
  }

  /** What a server is to speak through: the far end of the link, or the socket itself where there is nothing to emulate. */
  attach(raw: Socket): LinkedSocket | Socket {
    const { rttMs, jitterMs = 0, bitsPerSecond } = this.#settings;
    if (rttMs === 0 && bitsPerSecond === undefined) return raw;
    const { scheduler, random } = this.#parts;
    const own = jitterMs > 0 ? random.fork(String(this.#attached++)) : random;
    return new LinkedSocket(raw, this.#settings, { scheduler, random: own });
  }
}
