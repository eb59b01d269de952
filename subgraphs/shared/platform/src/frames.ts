/**
 * Frames: many requests of a gateway over one socket to a service, and its answers in whatever order they become ready. An
 * exchange over HTTP costs a write, a read and two heads of its own; frames of one turn of the event loop share the writes.
 *
 *   0         4      5    9
 *   | bytes   | kind | id | payload        bytes: of all that follows them. Numbers are unsigned and big-endian
 *
 *   request  gateway -> service   u16 bytes of the head | head | body. The head: names and values of headers in turn, a line each
 *   answer   service -> gateway   u16 status | u32 bytes of the body | its first piece
 *   more     service -> gateway   the next piece
 *   cancel   gateway -> service   nobody waits for that answer any more
 *   leave    service -> gateway   ask nothing more on this socket; what is under way is answered. Id 0
 *
 * A service offers them by a header of its answers, and a gateway takes the offer by an upgrade of HTTP/1.1 on the same port.
 * Invariant: no frame is larger than {@link maxFrameBytes}. So a large answer goes out in pieces, between which others have
 * their turn; and a request that does not fit is sent over HTTP.
 */
export const framesProtocol = 'fathom-frames/1';

/** Of an answer over HTTP: the service speaks this version of {@link framesProtocol}. */
export const framesHeader = 'x-fathom-frames';
export const framesVersion = '1';

export const maxFrameBytes = 64 * 1024;

export const frameKinds = { request: 1, answer: 2, more: 3, cancel: 4, leave: 5 } as const;

export interface Frame {
  readonly kind: number;
  readonly id: number;
  /** The payload lies here, from `start` to `end`. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Whoever sent this does not know the protocol: its socket is no good any more. */
export class MalformedFrame extends Error {}

const lengthBytes = 4;
const headerBytes = 9;
const requestHeadBytes = 2;
const answerHeadBytes = 6;
/** Of a body, in a frame that says most beside it. */
const maxPieceBytes = maxFrameBytes - headerBytes - answerHeadBytes;

/** `head` has a byte a letter. */
export function fitsFrame(head: string, bodyBytes: number): boolean {
  return headerBytes + requestHeadBytes + head.length + bodyBytes <= maxFrameBytes;
}

/** Names and values in turn; none of them may have a line break. */
export function requestHeadOf(headers: readonly string[]): string {
  let head = '';
  for (let index = 0; index < headers.length; index += 1)
    head += index === 0 ? headers[index] : `\n${headers[index]}`;
  return head;
}

/**
 * A frame as a text with a letter a byte: what is written to a socket as `latin1` costs half of what bytes put together here
 * would. Whoever calls knows that it fits ({@link fitsFrame}).
 */
export function requestFrame(id: number, head: string, body: string, bodyBytes: number): string {
  const sent = bodyBytes === body.length ? body : Buffer.from(body).toString('latin1');
  const payloadBytes = requestHeadBytes + head.length + bodyBytes;
  return `${frameStart(frameKinds.request, id, payloadBytes)}${String.fromCharCode(head.length >>> 8, head.length & 255)}${head}${sent}`;
}

export function cancelFrame(id: number): string {
  return frameStart(frameKinds.cancel, id, 0);
}

function frameStart(kind: number, id: number, payloadBytes: number): string {
  const bytes = headerBytes - lengthBytes + payloadBytes;
  return String.fromCharCode(
    bytes >>> 24,
    (bytes >>> 16) & 255,
    (bytes >>> 8) & 255,
    bytes & 255,
    kind,
    id >>> 24,
    (id >>> 16) & 255,
    (id >>> 8) & 255,
    id & 255,
  );
}

export interface FramedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function readRequest({ bytes, start, end }: Frame): FramedRequest {
  const bodyStart = end - start < requestHeadBytes ? end + 1 : start + 2 + bytes.readUInt16BE(start);
  if (bodyStart > end) throw new MalformedFrame('a request ends within its head');
  const lines = bytes.toString('latin1', start + requestHeadBytes, bodyStart).split('\n');
  const headers: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < lines.length; index += 2)
    headers[lines[index] ?? ''] = lines[index + 1] ?? '';
  return { headers, body: bytes.subarray(bodyStart, end) };
}

export interface AnswerStart {
  readonly status: number;
  readonly bodyBytes: number;
  /** Where its first piece begins in the frame's bytes. */
  readonly start: number;
}

export function readAnswerStart({ bytes, start, end }: Frame): AnswerStart {
  if (end - start < answerHeadBytes) throw new MalformedFrame('an answer ends within its head');
  return {
    status: bytes.readUInt16BE(start),
    bodyBytes: bytes.readUInt32BE(start + 2),
    start: start + answerHeadBytes,
  };
}

const firstBatchBytes = 16 * 1024;
/** A batch that was larger once gives its memory back. */
const keptBatchBytes = 256 * 1024;

/** Frames of a service that go out in one write. */
export class AnswerBatch {
  #bytes = Buffer.allocUnsafeSlow(firstBatchBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** How many bytes of the body went into the frame. */
  answer(id: number, status: number, body: Buffer): number {
    const end = Math.min(body.length, maxPieceBytes);
    let at = this.#begin(frameKinds.answer, id, answerHeadBytes + end);
    at = this.#bytes.writeUInt16BE(status, at);
    at = this.#bytes.writeUInt32BE(body.length, at);
    body.copy(this.#bytes, at, 0, end);
    return end;
  }

  /** The piece that begins at `start`; where the next one does. */
  more(id: number, body: Buffer, start: number): number {
    const end = Math.min(body.length, start + maxPieceBytes);
    const at = this.#begin(frameKinds.more, id, end - start);
    body.copy(this.#bytes, at, start, end);
    return end;
  }

  leave(): void {
    this.#begin(frameKinds.leave, 0, 0);
  }

  /** The batch is empty afterwards. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.#length);
    this.#bytes.copy(taken, 0, 0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > keptBatchBytes) this.#bytes = Buffer.allocUnsafeSlow(firstBatchBytes);
    return taken;
  }

  /** Where the payload goes. */
  #begin(kind: number, id: number, payloadBytes: number): number {
    const start = this.#length;
    const end = start + headerBytes + payloadBytes;
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, start);
      this.#bytes = grown;
    }
    this.#length = end;
    const at = this.#bytes.writeUInt32BE(headerBytes - lengthBytes + payloadBytes, start);
    return this.#bytes.writeUInt32BE(id, this.#bytes.writeUInt8(kind, at));
  }
}

/** Frames out of the bytes of a socket, in whatever pieces these come. */
export class FrameReader {
  /** What has come of a frame that is not whole; until its length is known, there is room for that alone. */
  #held: Buffer | undefined;
  #heldBytes = 0;

  /** A frame has begun and is not whole. */
  get isInside(): boolean {
    return this.#held !== undefined;
  }

  /** The first so many of these bytes. A frame that came whole lies in them. Throws {@link MalformedFrame}. */
  take(bytes: Buffer, length: number, receive: (frame: Frame) => void): void {
    let at = this.#held ? this.#complete(bytes, length, receive) : 0;
    while (at < length) {
      const end = length - at < lengthBytes ? undefined : at + frameBytes(bytes, at);
      if (end === undefined || end > length) {
        this.#held = Buffer.allocUnsafe(end === undefined ? lengthBytes : end - at);
        this.#heldBytes = bytes.copy(this.#held, 0, at, length);
        return;
      }
      receive(frameAt(bytes, at, end));
      at = end;
    }
  }

  /** Where the held frame ended in these bytes. */
  #complete(bytes: Buffer, length: number, receive: (frame: Frame) => void): number {
    let at = 0;
    while (this.#held && at < length) {
      const copied = bytes.copy(this.#held, this.#heldBytes, at, length);
      at += copied;
      this.#heldBytes += copied;
      if (this.#heldBytes < this.#held.length) continue;
      const held = this.#held;
      const whole = frameBytes(held, 0);
      if (held.length === whole) {
        this.#held = undefined;
        receive(frameAt(held, 0, whole));
      } else {
        this.#held = Buffer.allocUnsafe(whole);
        held.copy(this.#held);
      }
    }
    return at;
  }
}

function frameBytes(bytes: Buffer, at: number): number {
  const whole = lengthBytes + bytes.readUInt32BE(at);
  if (whole < headerBytes || whole > maxFrameBytes)
    throw new MalformedFrame(`a frame of ${whole} bytes, where it has ${headerBytes} to ${maxFrameBytes}`);
  return whole;
}

function frameAt(bytes: Buffer, at: number, end: number): Frame {
  return {
    kind: bytes.readUInt8(at + lengthBytes),
    id: bytes.readUInt32BE(at + lengthBytes + 1),
    bytes,
    start: at + headerBytes,
    end,
  };
}
