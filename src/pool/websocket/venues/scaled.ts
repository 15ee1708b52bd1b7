import type { DecodedFrame, Rate, StreamCodec, StreamProtocol } from '../protocol.js';

/**
 * The protocol of a venue whose clock runs faster: `timeScale` multiplies every duration, so that 0.01 makes a day of
 * the venue fourteen minutes. Numbers of frames, streams and connections stay.
 * @throws {RangeError} when `timeScale` is not above 0
 */
export function scaled(protocol: StreamProtocol, timeScale: number): StreamProtocol {
  if (!(timeScale > 0)) throw new RangeError(`Expected \`timeScale\` to be above 0, got ${timeScale}`);
  const { requests, requestsPerAddress, connects, maxAgeMs, maxEmptyMs, heartbeat } = protocol;
  const rate = ({ count, perMs }: Rate): Rate => ({ count, perMs: perMs * timeScale });
  return {
    ...protocol,
    ...scaledCodec(protocol, timeScale),
    requests: rate(requests),
    ...(requestsPerAddress && { requestsPerAddress: rate(requestsPerAddress) }),
    ...(connects && { connects: rate(connects) }),
    ...(maxAgeMs !== undefined && { maxAgeMs: maxAgeMs * timeScale }),
    ...(maxEmptyMs !== undefined && { maxEmptyMs: maxEmptyMs * timeScale }),
    ...(heartbeat && { heartbeat: { ...heartbeat, everyMs: heartbeat.everyMs * timeScale } }),
    ...(protocol.open && { open: () => scaledCodec(protocol.open?.() ?? protocol, timeScale) }),
  };
}

function scaledCodec(codec: StreamCodec, timeScale: number): StreamCodec {
  return {
    encodeSubscribe: (streams, id) => codec.encodeSubscribe(streams, id),
    encodeUnsubscribe: (streams, id) => codec.encodeUnsubscribe(streams, id),
    decode: (text) => {
      const frame = codec.decode(text);
      return frame.kind === 'leaving' ? scaledNotice(frame, timeScale) : frame;
    },
  };
}

function scaledNotice(notice: DecodedFrame & { readonly kind: 'leaving' }, timeScale: number): DecodedFrame {
  return notice.withinMs === undefined ? notice : { kind: 'leaving', withinMs: notice.withinMs * timeScale };
}
