/** Where bytes stop being UTF-8: the index of the first byte of the first sequence that is none; undefined if all is well. */
export function firstInvalidUtf8(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return undefined;
}

/** 0 if no valid sequence begins here. Follows table 3-7 of the Unicode standard: no overlong forms, no surrogates. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return isContinuation(bytes[at + 1]) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const low = lead === 0xe0 ? 0xa0 : 0x80;
    const high = lead === 0xed ? 0x9f : 0xbf;
    return isWithin(bytes[at + 1], low, high) && isContinuation(bytes[at + 2]) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const low = lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xf4 ? 0x8f : 0xbf;
    const rest = isContinuation(bytes[at + 2]) && isContinuation(bytes[at + 3]);
    return isWithin(bytes[at + 1], low, high) && rest ? 4 : 0;
  }
  return 0;
}

const isWithin = (byte: number | undefined, low: number, high: number): boolean =>
  byte !== undefined && byte >= low && byte <= high;
const isContinuation = (byte: number | undefined): boolean => isWithin(byte, 0x80, 0xbf);
