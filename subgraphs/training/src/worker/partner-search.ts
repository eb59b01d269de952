/**
 * How many texts find their own partner nearest among all partners of a data set, whose vectors lie on the disk: as many
 * partners as a block holds are compared with all texts before the next block is read.
 */
import { sha256 } from '@fathom/neural/files';
import { packSides } from '@fathom/neural/training/packed/pack-sides';
import type { RecordFile } from '@fathom/neural/training/packed/record-file';
import type { TextPair } from '@fathom/neural/training/text-examples';
import { inGroups } from './measured-model.ts';

export interface PartnerSearchOptions {
  readonly batchSize: number;
  readonly scratchFolder: string;
  /** Of partners compared at once, 16 MB by default. */
  readonly blockBytes?: number;
}

/** Of a text that is equally near to several, the first partner counts. A few dozen bytes a pair are held. */
export async function findPartners(
  pairs: AsyncIterable<TextPair>,
  vectorsOf: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
  { batchSize, scratchFolder, blockBytes = 16 * 1024 * 1024 }: PartnerSearchOptions,
): Promise<number> {
  /** Of different partners, by what tells them apart, in the order in which they came. */
  const places = new Map<string, number>();
  /** Of each text, the place of its own. */
  const own: number[] = [];
  const sides = ['texts', 'partners'] as const;
  const packed = await packSides({ folder: `${scratchFolder}/vectors`, sides }, async (add) => {
    for await (const group of inGroups(pairs, batchSize)) {
      const unknown: string[] = [];
      for (const { positive } of group) {
        const key = sha256(positive).slice(0, 16);
        const place = places.get(key) ?? places.size;
        if (place === places.size) unknown.push(positive);
        places.set(key, place);
        own.push(place);
      }
      const texts = await vectorsOf(group.map(({ anchor }) => anchor));
      for (const vector of texts) await add('texts', asBytes(vector));
      if (unknown.length === 0) continue;
      for (const vector of await vectorsOf(unknown)) await add('partners', asBytes(vector));
    }
  });
  try {
    const nearest = nearestOf(packed.files.texts, packed.files.partners, blockBytes);
    return own.reduce((right, place, at) => right + (nearest[at] === place ? 1 : 0), 0);
  } finally {
    packed.close();
  }
}

function nearestOf(texts: RecordFile, partners: RecordFile, blockBytes: number): Uint32Array {
  const nearest = new Uint32Array(texts.count);
  const likeness = new Float32Array(texts.count).fill(Number.NEGATIVE_INFINITY);
  const blockSize = Math.max(1, Math.floor(blockBytes / (partners.lengths[0] ?? 1)));
  for (let first = 0; first < partners.count; first += blockSize) {
    const size = Math.min(blockSize, partners.count - first);
    const block = Array.from({ length: size }, (_, at) => vectorIn(partners, first + at));
    for (let text = 0; text < texts.count; text += 1) {
      const vector = vectorIn(texts, text);
      block.forEach((partner, at) => {
        let product = 0;
        for (let axis = 0; axis < vector.length; axis += 1) product += vector[axis]! * partner[axis]!;
        if (Math.fround(product) <= likeness[text]!) return;
        likeness[text] = product;
        nearest[text] = first + at;
      });
    }
  }
  return nearest;
}

const asBytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const vectorIn = (file: RecordFile, record: number): Float32Array =>
  new Float32Array(file.read(record).buffer);
