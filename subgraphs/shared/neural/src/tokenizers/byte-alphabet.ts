/**
 * GPT-2's byte alphabet: every byte as one printable character, so that a vocabulary of byte strings can be kept in
 * JSON. Printable Latin-1 stands for itself, the other 68 bytes are moved up from U+0100.
 */
const byteToCharacter: readonly string[] = buildAlphabet();
const characterToByte: ReadonlyMap<string, number> = new Map(
  byteToCharacter.map((character, byte) => [character, byte]),
);

/** Bytes as characters of the alphabet. */
export function bytesToText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byteToCharacter[byte]!;
  return text;
}

/** The reverse; undefined when a character is not of the alphabet. */
export function textToBytes(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const character of text) {
    const byte = characterToByte.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function buildAlphabet(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let moved = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : moved++));
}
