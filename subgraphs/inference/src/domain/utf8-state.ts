/**
 * Where a text of bytes stands in UTF-8: between two characters, or within one, where only some bytes may come.
 *
 *   start --c2..df--> last one byte --80..bf--> start
 *         --e0..ef--> second of three --...--> last one
 *         --f0..f4--> second of four --...--> second of three's rest --...--> last one
 *
 * The second byte after e0, ed, f0 and f4 is narrower, or a character could be written in two ways, be half of a pair, or lie
 * beyond Unicode (the table 3-7 of the Unicode standard).
 */
export type Utf8State = 'start' | 'last1' | 'last2' | 'last3' | 'afterE0' | 'afterEd' | 'afterF0' | 'afterF4';

interface Rest {
  readonly from: number;
  readonly to: number;
  readonly next: Utf8State;
}

const rests: Readonly<Record<Exclude<Utf8State, 'start'>, Rest>> = {
  last1: { from: 0x80, to: 0xbf, next: 'start' },
  last2: { from: 0x80, to: 0xbf, next: 'last1' },
  last3: { from: 0x80, to: 0xbf, next: 'last2' },
  afterE0: { from: 0xa0, to: 0xbf, next: 'last1' },
  afterEd: { from: 0x80, to: 0x9f, next: 'last1' },
  afterF0: { from: 0x90, to: 0xbf, next: 'last2' },
  afterF4: { from: 0x80, to: 0x8f, next: 'last2' },
};

/** The state after more bytes, or undefined where they cannot come. */
export function afterBytes(state: Utf8State, bytes: Uint8Array): Utf8State | undefined {
  let now: Utf8State | undefined = state;
  for (const byte of bytes) {
    now = afterByte(now, byte);
    if (now === undefined) return undefined;
  }
  return now;
}

function afterByte(state: Utf8State, byte: number): Utf8State | undefined {
  if (state === 'start') return afterLead(byte);
  const { from, to, next } = rests[state];
  return byte >= from && byte <= to ? next : undefined;
}

function afterLead(byte: number): Utf8State | undefined {
  if (byte < 0x80) return 'start';
  if (byte < 0xc2 || byte > 0xf4) return undefined;
  if (byte < 0xe0) return 'last1';
  if (byte === 0xe0) return 'afterE0';
  if (byte === 0xed) return 'afterEd';
  if (byte < 0xf0) return 'last2';
  if (byte === 0xf0) return 'afterF0';
  return byte === 0xf4 ? 'afterF4' : 'last3';
}
