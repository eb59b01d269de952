/**
 * The head of an HTTP/1.1 response, of which few headers matter here: where the body ends, whether the connection stays, whether
 * the service offers frames.
 *
 * Strict where leniency is how two parties come to disagree about where a message ends (RFC 9112, section 6.3): a length that is
 * told twice or beside a transfer coding, another coding than `chunked`, a folded line.
 */
import { framesHeader, framesVersion } from '@fathom/platform/frames';

export interface ResponseHead {
  readonly status: number;
  readonly body: BodyFraming;
  /** How long the service keeps the connection; 0 where it closes it. Absent where it says nothing. */
  readonly keepAliveMs: number | undefined;
  readonly offersFrames: boolean;
}

export type BodyFraming =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  /** All that comes until the connection ends. */
  | { readonly kind: 'rest' };

export class MalformedResponse extends Error {}

const empty: BodyFraming = { kind: 'length', bytes: 0 };
const chunked: BodyFraming = { kind: 'chunked' };
const rest: BodyFraming = { kind: 'rest' };
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;

/** `text` ends before the empty line. Throws {@link MalformedResponse}. */
export function parseResponseHead(text: string): ResponseHead {
  const lineEnd = endOfLine(text, 0);
  const [, minor, statusText] = statusLine.exec(text.slice(0, lineEnd)) ?? [];
  if (statusText === undefined) throw new MalformedResponse('the answer does not begin as HTTP/1.1 does');
  const status = Number(statusText);
  let length: number | undefined;
  let isChunked = false;
  let offersFrames = false;
  let keepAliveMs = minor === '0' ? 0 : undefined;
  for (let start = lineEnd + 2; start < text.length; ) {
    const end = endOfLine(text, start);
    const colon = text.indexOf(':', start);
    if (colon <= start || colon > end || text.charCodeAt(start) <= 32)
      throw new MalformedResponse('a header of the answer has no name');
    // Told by their length alone, most names are not looked at.
    switch (colon - start) {
      case 10: {
        const name = text.slice(start, colon).toLowerCase();
        const value = text.slice(colon + 1, end).toLowerCase();
        if (name === 'connection' && value.includes('close')) keepAliveMs = 0;
        else if (name === 'keep-alive') keepAliveMs ??= timeoutOf(value);
        break;
      }
      case 14:
        if (text.slice(start, colon).toLowerCase() !== 'content-length') break;
        if (length !== undefined) throw new MalformedResponse('the answer has two lengths');
        length = lengthOf(text.slice(colon + 1, end).trim());
        break;
      case 17:
        if (text.slice(start, colon).toLowerCase() !== 'transfer-encoding') break;
        if (
          isChunked ||
          text
            .slice(colon + 1, end)
            .trim()
            .toLowerCase() !== 'chunked'
        )
          throw new MalformedResponse('the answer has a transfer coding other than chunked');
        isChunked = true;
        break;
      case framesHeader.length:
        if (text.slice(start, colon).toLowerCase() === framesHeader)
          offersFrames = text.slice(colon + 1, end).trim() === framesVersion;
        break;
    }
    start = end + 2;
  }
  if (isChunked && length !== undefined)
    throw new MalformedResponse('the answer has a length and is chunked');
  return { status, body: framing(status, length, isChunked), keepAliveMs, offersFrames };
}

function framing(status: number, length: number | undefined, isChunked: boolean): BodyFraming {
  if (status < 200 || status === 204 || status === 304) return empty;
  if (isChunked) return chunked;
  return length === undefined ? rest : { kind: 'length', bytes: length };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end < 0 ? text.length : end;
}

function lengthOf(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new MalformedResponse('the length of the answer is no number');
  return Number(value);
}

function timeoutOf(value: string): number | undefined {
  const [, seconds] = /timeout=(\d{1,6})/.exec(value) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
