import type { SetupParts } from '../accounts.js';

/** What a transport reports. Nothing is reported after `closed`, which comes exactly once. */
export interface TransportHandlers {
  message(text: string): void;
  ping(): void;
  pong(): void;
  /** `code` as in RFC 6455 section 7.4; 1006 when the connection went without a close frame. */
  closed(code: number, error?: Error): void;
}

/** One open WebSocket connection, reduced to what the pool does with it. */
export interface StreamTransport {
  readonly localPort: number | null;
  /** Registers the one set of handlers; frames that arrived before are delivered from here on. */
  listen(handlers: TransportHandlers): void;
  send(text: string): void;
  ping(): void;
  /** Closes with a close frame, and by force when the peer does not answer it. */
  close(): void;
  /** Closes by force, at once. */
  terminate(): void;
}

/** Opens a transport to `url`; must reject soon after `signal` aborts. */
export type DialTransport = (
  url: string,
  signal: AbortSignal,
) => Promise<{ readonly transport: StreamTransport; readonly parts: SetupParts }>;
