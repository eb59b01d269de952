import { floats, type HostTensors } from '../runtime/host-tensor.ts';
import { pastName, presentName } from './in-place-layout.ts';

/** What a cache is made of; a model's configuration is one. */
export interface CacheShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

export interface CacheNames {
  readonly past: (kind: 'key' | 'value', layer: number) => string;
  readonly present: (kind: 'key' | 'value', layer: number) => string;
}

type HeldRow = readonly [row: number, length: number];

export const engineNames: CacheNames = { past: pastName, present: presentName };

/**
 * Keys and values of all rows: one array a layer and kind, [rows, kvHeads, capacity, headSize]. The runtime reads and
 * writes it in place; a batch is a window on consecutive rows.
 */
export class KeyValueCache {
  readonly bytes: number;
  readonly #config: CacheShape;
  readonly #capacity: number;
  readonly #arrays: readonly {
    readonly past: string;
    readonly present: string;
    readonly data: Float32Array;
  }[];
  /** One head of a row on its way to another. */
  readonly #exchanged: Float32Array;
  readonly #windows = new Map<string, { readonly feeds: HostTensors; readonly fetches: HostTensors }>();

  constructor(options: { config: CacheShape; rows: number; capacity: number; names?: CacheNames }) {
    const { config, rows, capacity, names = engineNames } = options;
    this.#config = config;
    this.#capacity = capacity;
    this.#exchanged = new Float32Array(capacity * config.headSize);
    const elements = rows * this.#rowElements;
    this.#arrays = Array.from({ length: config.layers }, (_, layer) =>
      (['key', 'value'] as const).map((kind) => ({
        past: names.past(kind, layer),
        present: names.present(kind, layer),
        data: new Float32Array(elements),
      })),
    ).flat();
    this.bytes = this.#arrays.length * elements * 4;
  }

  /** Feeds and fetches over `rows` rows from `first`: the same memory twice. */
  window(first: number, rows: number): { readonly feeds: HostTensors; readonly fetches: HostTensors } {
    const key = `${first}+${rows}`;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const size = this.#rowElements;
    const dims = [rows, this.#config.keyValueHeads, this.#capacity, this.#config.headSize];
    const tensors = this.#arrays.map(({ past, present, data }) => {
      const tensor = floats(dims, data.subarray(first * size, (first + rows) * size));
      return { past, present, tensor };
    });
    const window = {
      feeds: Object.fromEntries(tensors.map(({ past, tensor }) => [past, tensor])),
      fetches: Object.fromEntries(tensors.map(({ present, tensor }) => [present, tensor])),
    };
    this.#windows.set(key, window);
    return window;
  }

  /** The first `length` tokens of a row. */
  copyRow(from: number, to: number, length: number): void {
    this.#forEachHead(length, (data, offset, count) => {
      data.copyWithin(
        to * this.#rowElements + offset,
        from * this.#rowElements + offset,
        from * this.#rowElements + offset + count,
      );
    });
  }

  /** Two rows, each with the number of tokens that it holds, change places. */
  exchangeRows([a, ofA]: HeldRow, [b, ofB]: HeldRow): void {
    if (ofA === 0) this.copyRow(b, a, ofB);
    else if (ofB === 0) this.copyRow(a, b, ofA);
    else this.#swapRows(a, b, Math.max(ofA, ofB));
  }

  #swapRows(a: number, b: number, length: number): void {
    this.#forEachHead(length, (data, offset, count) => {
      const [left, right] = [a * this.#rowElements + offset, b * this.#rowElements + offset];
      this.#exchanged.set(data.subarray(left, left + count));
      data.copyWithin(left, right, right + count);
      data.set(this.#exchanged.subarray(0, count), right);
    });
  }

  get #rowElements(): number {
    return this.#config.keyValueHeads * this.#capacity * this.#config.headSize;
  }

  #forEachHead(length: number, visit: (data: Float32Array, offset: number, count: number) => void): void {
    if (length === 0) return;
    const headElements = this.#capacity * this.#config.headSize;
    for (const { data } of this.#arrays) {
      for (let head = 0; head < this.#config.keyValueHeads; head += 1) {
        visit(data, head * headElements, length * this.#config.headSize);
      }
    }
  }
}
