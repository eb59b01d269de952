/** Encoded texts by their number, wherever they lie: in memory, or in a file of which one record is read at a time. */
import type { EncodedTexts } from '../text-examples.ts';
import type { RecordFile } from './record-file.ts';

export interface TextSource {
  readonly count: number;
  read(example: number): EncodedTexts;
}

export const textsInMemory = (examples: readonly EncodedTexts[]): TextSource => ({
  count: examples.length,
  read: (example) => examples[example]!,
});

/** | the example's place | keys | texts | each key | tokens of each text | the tokens of each text |, all of 32 bits. */
export function textsRecord({ index, keys, texts }: EncodedTexts): Uint8Array {
  const lengths = texts.map(({ length }) => length);
  const numbers = Uint32Array.from([index, keys.length, texts.length, ...keys, ...lengths, ...texts.flat()]);
  return new Uint8Array(numbers.buffer);
}

export const textsInFile = (file: RecordFile): TextSource => ({
  count: file.count,
  read(example) {
    const [index, keyCount, textCount, ...rest] = new Uint32Array(file.read(example).buffer);
    const lengths = rest.slice(keyCount!, keyCount! + textCount!);
    let end = keyCount! + textCount!;
    const texts = lengths.map((length) => {
      end += length;
      return rest.slice(end - length, end);
    });
    return { index: index!, keys: rest.slice(0, keyCount!), texts };
  },
});
