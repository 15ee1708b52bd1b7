import type { StreamMessage, StreamSink } from '../../src/exchange/venue.js';

/** What a sink was told, in order. */
export type SinkEvent =
  | { readonly kind: 'publish'; readonly message: StreamMessage }
  | { readonly kind: 'reply'; readonly text: string; readonly acknowledges?: readonly string[] }
  | { readonly kind: 'ping'; readonly payload: string }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  | { readonly kind: 'drop' }
  | { readonly kind: 'subscribed' | 'unsubscribed'; readonly stream: string; readonly nextId: number }
  | { readonly kind: 'violated'; readonly rule: string };

export class RecordingSink implements StreamSink {
  readonly events: SinkEvent[] = [];

  publish(message: StreamMessage): void {
    this.events.push({ kind: 'publish', message });
  }
  reply(text: string): void {
    this.events.push({ kind: 'reply', text });
  }
  acknowledge(text: string, streams: readonly string[]): void {
    this.events.push({ kind: 'reply', text, acknowledges: streams });
  }
  ping(payload: string): void {
    this.events.push({ kind: 'ping', payload });
  }
  close(code: number, reason: string): void {
    this.events.push({ kind: 'close', code, reason });
  }
  drop(): void {
    this.events.push({ kind: 'drop' });
  }
  subscribed(stream: string, nextId: number): void {
    this.events.push({ kind: 'subscribed', stream, nextId });
  }
  unsubscribed(stream: string, nextId: number): void {
    this.events.push({ kind: 'unsubscribed', stream, nextId });
  }
  violated(rule: string): void {
    this.events.push({ kind: 'violated', rule });
  }

  kinds(kind: SinkEvent['kind']): SinkEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }
  messages(stream?: string): StreamMessage[] {
    return this.events.flatMap((event) =>
      event.kind === 'publish' && (stream === undefined || event.message.stream === stream) ? [event.message] : [],
    );
  }
  replies(): unknown[] {
    return this.events.flatMap((event) => (event.kind === 'reply' ? [JSON.parse(event.text) as unknown] : []));
  }
  violations(): string[] {
    return this.events.flatMap((event) => (event.kind === 'violated' ? [event.rule] : []));
  }
}
