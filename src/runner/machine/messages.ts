/** What a slice of the frozen control took: medians of its parts, in milliseconds. */
export interface ControlReading {
  /** A fixed number of arithmetic operations. */
  readonly cpuMs: number;
  /** One message to and fro over a raw TCP connection on loopback. */
  readonly echoMs: number;
}

export type ControlResponse =
  | { readonly kind: 'reading'; readonly reading: ControlReading }
  | { readonly kind: 'failed'; readonly message: string };

export type ControlRequest = { readonly kind: 'slice' };
