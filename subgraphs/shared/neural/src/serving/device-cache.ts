/**
 * Keys and values in a device's own memory. As `key-value-cache.ts` in the host's, but a batch is a window on the first
 * rows only (the memory of WebGPU cannot be addressed from the middle), and a prompt is computed in a row of its own:
 *
 *   planes   [rows, kvHeads, capacity, headSize]      decode reads and writes rows 0 to n-1 in place
 *   staging  [1, kvHeads, capacity, headSize]         prefill reads and writes it in place
 *
 * One plane and one staging row a layer and kind. Rows move within the device, by a graph that gathers and scatters them.
 */
import { GraphBuilder } from '../onnx/graph-builder.ts';
import type { BoundTensors } from '../runtime/bound-run.ts';
import { type DeviceMemory, type DeviceTensor, elementBytes } from '../runtime/device-memory.ts';
import type { ExecutionProvider } from '../runtime/execution-provider.ts';
import { longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import type { AttentionType } from './cache-layout.ts';
import type { CacheNames, CacheShape } from './key-value-cache.ts';

export interface RowMove {
  readonly from: number;
  readonly to: number;
}

/** The same memory twice: what a run reads and what it writes. */
export interface CacheTensors {
  readonly feeds: BoundTensors;
  readonly fetches: BoundTensors;
}

interface Plane {
  readonly past: string;
  readonly present: string;
  readonly rows: DeviceTensor;
  readonly staging: DeviceTensor;
}

export interface DeviceCacheOptions {
  readonly memory: DeviceMemory;
  readonly provider: ExecutionProvider;
  readonly shape: CacheShape;
  readonly names: CacheNames;
  readonly type: AttentionType;
  readonly rows: number;
  readonly capacity: number;
}

/** Before anything is allocated. */
export function deviceCacheBytes({
  shape,
  type,
  rows,
  capacity,
}: Pick<DeviceCacheOptions, 'shape' | 'type' | 'rows' | 'capacity'>): number {
  return shape.layers * 2 * (rows + 1) * shape.keyValueHeads * capacity * shape.headSize * elementBytes[type];
}

export class DeviceCache {
  readonly bytes: number;
  readonly #options: DeviceCacheOptions;
  readonly #planes: readonly Plane[];
  readonly #mover: Session;
  readonly #windows = new Map<number, CacheTensors>();
  readonly #staging: CacheTensors;

  constructor(options: DeviceCacheOptions) {
    const { memory, provider, shape, names, type, rows } = options;
    this.#options = options;
    this.bytes = deviceCacheBytes(options);
    this.#planes = Array.from({ length: shape.layers }, (_, layer) =>
      (['key', 'value'] as const).map((kind) => ({
        past: names.past(kind, layer),
        present: names.present(kind, layer),
        rows: memory.allocate(this.#dims(rows), type),
        staging: memory.allocate(this.#dims(1), type),
      })),
    ).flat();
    this.#staging = this.#tensors(({ staging }) => staging);
    this.#mover = Session.create(moverGraph(this.#planes.length, { type, rowDims: this.#dims(1).slice(1) }), {
      provider,
      threads: 1,
    });
  }

  /** The first rows, for a batch. */
  window(rows: number): CacheTensors {
    const known = this.#windows.get(rows);
    if (known !== undefined) return known;
    const window = this.#tensors((plane) => this.#options.memory.view(plane.rows, this.#dims(rows)));
    this.#windows.set(rows, window);
    return window;
  }

  /** The row that a prompt is computed in. */
  get staging(): CacheTensors {
    return this.#staging;
  }

  /** All at once: every row is read before one is written. */
  moveRows(moves: readonly RowMove[]): void {
    this.#move('rows', 'rows', moves);
  }

  stage(row: number): void {
    this.#move('rows', 'staging', [{ from: row, to: 0 }]);
  }

  unstage(row: number): void {
    this.#move('staging', 'rows', [{ from: 0, to: row }]);
  }

  release(): void {
    this.#mover.release();
  }

  #move(source: 'rows' | 'staging', target: 'rows' | 'staging', moves: readonly RowMove[]): void {
    if (moves.length === 0) return;
    const [from, to] = [moves.map((move) => BigInt(move.from)), moves.map((move) => BigInt(move.to))];
    const inputs: Record<string, BoundTensors[string]> = {
      from: longs([moves.length], BigInt64Array.from(from)),
      to: longs([moves.length, 1], BigInt64Array.from(to)),
    };
    const outputs: Record<string, BoundTensors[string]> = {};
    this.#planes.forEach((plane, at) => {
      inputs[`source.${at}`] = plane[source];
      inputs[`target.${at}`] = plane[target];
      outputs[`moved.${at}`] = plane[target];
    });
    const run = this.#mover.bind(inputs, outputs);
    try {
      run.runNow();
    } finally {
      run.releaseNow();
    }
  }

  #tensors(of: (plane: Plane) => DeviceTensor): CacheTensors {
    const tensors = this.#planes.map((plane) => ({ ...plane, tensor: of(plane) }));
    return {
      feeds: Object.fromEntries(tensors.map(({ past, tensor }) => [past, tensor])),
      fetches: Object.fromEntries(tensors.map(({ present, tensor }) => [present, tensor])),
    };
  }

  #dims(rows: number): readonly number[] {
    const { shape, capacity } = this.#options;
    return [rows, shape.keyValueHeads, capacity, shape.headSize];
  }
}

/** moved.i = target.i with its rows `to` replaced by the rows `from` of source.i; in place where both are one memory. */
function moverGraph(
  planes: number,
  { type, rowDims }: { readonly type: AttentionType; readonly rowDims: readonly number[] },
) {
  const builder = new GraphBuilder('move-rows');
  const from = builder.input('from', 'int64', ['moves']);
  const to = builder.input('to', 'int64', ['moves', 1]);
  for (let at = 0; at < planes; at += 1) {
    const source = builder.input(`source.${at}`, type, ['sources', ...rowDims]);
    const target = builder.input(`target.${at}`, type, ['targets', ...rowDims]);
    const rows = builder.gather(source, from);
    const [moved] = builder.ops('ScatterND', [target, to, rows], { outputNames: [`moved.${at}`] });
    builder.exposeOutput(moved!);
  }
  return builder.build();
}
