/**
 * Whether operators of an export compute attention, found out by running them: they are cut out of the file between queries,
 * keys, values and what comes out, given numbers, and what they make of them is held against
 *
 *   softmax(scale * queries · keys, of the tokens up to one's own, or of the last so many of them) · values
 *
 * where tokens begin, go on in chunks and singly, and with as many before them as a slot holds. Scale and window are measured.
 * However an exporter has written the mask, repeated the heads or divided the scores, it is attention if it passes, and a model
 * that caps its scores, has sinks or adds to them what depends on the distance does not pass.
 */
import { NeuralError } from '../errors.ts';
import { computing } from '../onnx/graph-walk.ts';
import type { OnnxModel } from '../onnx/read-model.ts';
import type { Value } from '../onnx/types.ts';
import { createRandom } from '../random.ts';
import { floats, type HostTensor, type HostTensors, longs } from '../runtime/host-tensor.ts';
import type { Session } from '../runtime/session.ts';
import type { AttentionParts } from './attention-parts.ts';
import { type ExportedGraph, exportedNames } from './exported-graph.ts';
import { openPart } from './graph-part.ts';

export interface ProvenAttention extends AttentionParts, Form {}

/** What attention has beside queries, keys and values. */
interface Form {
  /** Of the products of queries and keys. */
  readonly scale: number;
  /** Tokens that a token sees, itself among them; all before it where it is undefined. */
  readonly window: number | undefined;
}

export interface ProofOptions {
  /** Tokens that a slot will hold. */
  readonly capacity: number;
  readonly threads?: number | undefined;
}

/** Undefined where one of them is anything else. */
export function proveAttention(
  model: OnnxModel,
  graph: ExportedGraph,
  parts: readonly AttentionParts[],
  { capacity, threads }: ProofOptions,
): readonly ProvenAttention[] | undefined {
  if (!parts.every((part) => isMadeOfThese(model, part))) return undefined;
  const given = parts.flatMap((part) => givenOf(part, graph));
  const outputs = parts.map(({ mixed, heads }) => floatValue(mixed, ['rows', heads, 'time', graph.headSize]));
  return unlessRefused(() => {
    const part = openPart(model, { given, outputs }, { threads });
    try {
      return proveBy({ ...part, graph, parts, capacity });
    } finally {
      part.session.release();
    }
  });
}

/**
 * Whether queries have the shape in the file that the proof gives them: where heads share keys, others would do as well. Computed
 * from the inputs of the file, so rather of the first layer than of another.
 */
export function haveShapeOfQueries(
  model: OnnxModel,
  graph: ExportedGraph,
  { queries, heads }: AttentionParts,
  { threads }: Pick<ProofOptions, 'threads'>,
): boolean {
  const [rows, past, time] = [1, 2, 3];
  const dims = [rows, heads, time, graph.headSize];
  const found = unlessRefused(() => {
    const part = openPart(model, { given: [], outputs: [floatValue(queries, dims)] }, { threads });
    try {
      const before = floats([rows, graph.keyValueHeads, past, graph.headSize]);
      const pasts = Object.fromEntries([...pastNames(graph)].map((name) => [name, before]));
      const feeds = readOf({ ...countedInputs({ rows, past, time }), ...pasts }, part.inputs);
      part.session.runNow(part.session.plan(feeds, { [queries]: floats(dims) }));
      return true;
    } finally {
      part.session.release();
    }
  });
  return found ?? false;
}

/** Undefined where values have other shapes than attention has. */
function unlessRefused<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NeuralError && error.code === 'RUNTIME_FAILED') return undefined;
    throw error;
  }
}

/** Products with weights: what computes them is no attention any more. */
const products: ReadonlySet<string> = new Set([
  ...['MatMul', 'Gemm', 'MatMulInteger', 'MatMulIntegerToFloat', 'DynamicQuantizeMatMul', 'MatMulNBits'],
]);

/** What comes out is made of all of them, and of nothing that has weights. */
function isMadeOfThese(model: OnnxModel, { layer, queries, keys, values, mixed }: AttentionParts): boolean {
  const { places, taken } = computing(model, mixed, new Set([queries, keys, values]));
  const pasts = (['key', 'value'] as const).map((kind) => exportedNames.past(kind, layer));
  const hasWeights = [...places].some((place) => {
    const { opType, inputs } = model.nodes[place]!;
    return products.has(opType) && inputs.slice(1).some((name) => model.initializers.has(name));
  });
  return !hasWeights && [queries, keys, values, ...pasts].every((name) => taken.has(name));
}

const floatValue = (name: string, dims: Value['dims']): Value => ({ name, type: 'float32', dims });

function pastNames({ layers }: ExportedGraph): ReadonlySet<string> {
  return new Set(
    Array.from({ length: layers }, (_, layer) =>
      (['key', 'value'] as const).map((kind) => exportedNames.past(kind, layer)),
    ).flat(),
  );
}

function givenOf(
  { queries, keys, values, heads }: AttentionParts,
  { keyValueHeads, headSize }: ExportedGraph,
): readonly Value[] {
  const of = (name: string, count: number) => floatValue(name, ['rows', count, 'time', headSize]);
  return [of(queries, heads), of(keys, keyValueHeads), of(values, keyValueHeads)];
}

function readOf(tensors: HostTensors, names: ReadonlySet<string>): HostTensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => names.has(name)));
}

interface Proof {
  readonly session: Session;
  readonly graph: ExportedGraph;
  readonly parts: readonly AttentionParts[];
  /** Of the file, as far as they are read. */
  readonly inputs: ReadonlySet<string>;
  readonly capacity: number;
}

/** Tokens before a run, and of it. */
interface Lengths {
  readonly rows: number;
  readonly past: number;
  readonly time: number;
}

/** Of one layer in one run: each [rows, its heads, its tokens, headSize], those of the past in front. */
interface Operands {
  readonly queries: Float32Array;
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

function proveBy(proof: Proof): readonly ProvenAttention[] | undefined {
  const { parts, capacity } = proof;
  const longest = Math.max(1, capacity - 1);
  const seen = seenAfter(proof, longest);
  const forms = measuredScales(proof).map(
    (scale, layer): Form => ({ scale, window: seen[layer]! > longest ? undefined : seen[layer]! }),
  );
  if (!forms.every(({ scale }) => Number.isFinite(scale) && scale > 0)) return undefined;
  const isWindow = [longest - 1, Math.floor(longest / 2)].every((past) =>
    seenAfter(proof, past).every((count, layer) => count === Math.min(past + 1, seen[layer]!)),
  );
  const runs: readonly Lengths[] = [
    { rows: 2, past: 0, time: Math.min(3, capacity) },
    { rows: 1, past: Math.min(5, longest), time: Math.max(1, Math.min(4, longest - 4)) },
    { rows: 2, past: Math.min(7, longest), time: 1 },
    { rows: 1, past: longest, time: 1 },
  ];
  const isAttention = isWindow && runs.every((lengths) => holds(proof, forms, lengths));
  return isAttention ? parts.map((part, layer) => ({ ...part, ...forms[layer]! })) : undefined;
}

/** Values are at most one. */
const largestDifference = 1e-3;

/** Scores are at most that, of either sign: where they are capped it is seen. */
const largestScore = 20;

/** Whether the operators give what attention of these forms does. */
function holds(proof: Proof, forms: readonly Form[], lengths: Lengths): boolean {
  const { graph, parts } = proof;
  // Of many tokens all layers have the same ones: they would take as much memory as the cache.
  const seedOf = (layer: number): number => (lengths.past > mostOwnTokens ? 0 : layer);
  const drawn = new Map<string, Operands>();
  const operands = parts.map(({ heads }, layer) => {
    const { scale } = forms[layer]!;
    const key = `${seedOf(layer)} ${heads} ${scale}`;
    const own = drawn.get(key) ?? draw(graph, { lengths, heads, scale, seed: seedOf(layer) });
    drawn.set(key, own);
    return own;
  });
  return run(proof, lengths, operands).every((got, layer) => {
    const { heads } = parts[layer]!;
    const wanted = attend(operands[layer]!, { ...lengths, ...graph, heads, ...forms[layer]! });
    return wanted.every((value, index) => Math.abs(value - got[index]!) < largestDifference);
  });
}

const mostOwnTokens = 16;

/** Of queries, keys and values. */
const steps = [1_319, 401, 877] as const;

/** Numbers that look like random ones, as a generator would take seconds for so many. */
function draw(
  { keyValueHeads, headSize }: ExportedGraph,
  given: { readonly lengths: Lengths; readonly heads: number; readonly scale: number; readonly seed: number },
): Operands {
  const { rows, past, time } = given.lengths;
  const numbers = (length: number, kind: 0 | 1 | 2, largest: number): Float32Array => {
    const first = createRandom(given.seed, kind, past).below(2_003);
    return Float32Array.from(
      { length },
      (_, at) => (largest * (((first + at * steps[kind]) % 2_003) - 1_001)) / 1_001,
    );
  };
  const held = rows * keyValueHeads * (past + time) * headSize;
  // Of two such vectors the product deviates by a third of the root of their size.
  const largestQuery = largestScore / (given.scale * Math.sqrt(headSize));
  return {
    queries: numbers(rows * given.heads * time * headSize, 0, largestQuery),
    keys: numbers(held, 1, 1),
    values: numbers(held, 2, 1),
  };
}

/**
 * From the share that the second of two tokens gives the first, whose key is the query's direction. Measured anew where that
 * share is neither all nor half, so that all digits of the scale are in it.
 */
function measuredScales(proof: Proof): readonly number[] {
  const { parts, graph } = proof;
  const measure = (products: readonly number[]): readonly number[] => {
    const operands = parts.map(({ heads }, layer) => twoTokens(graph, heads, products[layer]!));
    return run(proof, { rows: 1, past: 0, time: 2 }, operands).map((mixed, layer) => {
      const share = mixed[graph.headSize]!;
      return Math.log(share / (1 - share)) / products[layer]!;
    });
  };
  const coarse = measure(parts.map(() => 1));
  return measure(coarse.map((scale) => 1 / scale)).map((scale) => neat(scale, graph.headSize));
}

/** How many tokens the last one sees: from the share of one of them, where the keys of all are the same. */
function seenAfter(proof: Proof, past: number): readonly number[] {
  const { parts, graph } = proof;
  const { keyValueHeads, headSize } = graph;
  const length = keyValueHeads * (past + 1) * headSize;
  const keys = new Float32Array(length);
  const isLast = (at: number): boolean => Math.floor(at / headSize) % (past + 1) === past;
  const values = Float32Array.from({ length }, (_, at) => (isLast(at) ? 1 : 0));
  const operands = parts.map(({ heads }) => ({ queries: new Float32Array(heads * headSize), keys, values }));
  return run(proof, { rows: 1, past, time: 1 }, operands).map((mixed) => Math.round(1 / mixed[0]!));
}

/** Of which the first has the keys and values one, the second zero. */
function twoTokens({ keyValueHeads, headSize }: ExportedGraph, heads: number, product: number): Operands {
  const first = (at: number): number => (Math.floor(at / headSize) % 2 === 0 ? 1 : 0);
  const length = 2 * keyValueHeads * headSize;
  return {
    queries: new Float32Array(2 * heads * headSize).fill(product / headSize),
    keys: Float32Array.from({ length }, (_, at) => first(at)),
    values: Float32Array.from({ length }, (_, at) => first(at)),
  };
}

function neat(scale: number, headSize: number): number {
  return [1, 1 / Math.sqrt(headSize)].find((usual) => Math.abs(scale / usual - 1) < 1e-4) ?? scale;
}

/** Nothing is padding. */
function countedInputs({ rows, past, time }: Lengths): HostTensors {
  const total = past + time;
  return {
    input_ids: longs([rows, time], new BigInt64Array(rows * time)),
    attention_mask: longs([rows, total], new BigInt64Array(rows * total).fill(1n)),
    position_ids: longs(
      [rows, time],
      BigInt64Array.from({ length: rows * time }, (_, at) => BigInt(past + (at % time))),
    ),
  };
}

/** What each layer makes of its operands. */
function run(
  { session, graph, parts, inputs }: Proof,
  { rows, past, time }: Lengths,
  operands: readonly Operands[],
): readonly Float32Array[] {
  const { headSize } = graph;
  const split = new Map<Float32Array, readonly [HostTensor, HostTensor]>();
  const inParts = (all: Float32Array): readonly [HostTensor, HostTensor] => {
    const known = split.get(all) ?? partsOf(all, graph, { rows, past, time });
    split.set(all, known);
    return known;
  };
  const feeds: Record<string, HostTensor> = {};
  const mixed: Record<string, HostTensor<Float32Array>> = {};
  parts.forEach((part, at) => {
    const { queries, keys, values } = operands[at]!;
    feeds[part.queries] = floats([rows, part.heads, time, headSize], queries);
    [feeds[exportedNames.past('key', part.layer)], feeds[part.keys]] = inParts(keys);
    [feeds[exportedNames.past('value', part.layer)], feeds[part.values]] = inParts(values);
    mixed[part.mixed] = floats([rows, part.heads, time, headSize]);
  });
  const counted = readOf(countedInputs({ rows, past, time }), inputs);
  session.runNow(session.plan({ ...counted, ...feeds }, mixed));
  return parts.map((part) => mixed[part.mixed]!.data);
}

/** Of [rows, heads, past + time, headSize] the past, and the rest. */
function partsOf(
  all: Float32Array,
  { keyValueHeads, headSize }: ExportedGraph,
  { rows, past, time }: Lengths,
): readonly [HostTensor, HostTensor] {
  const before = floats([rows, keyValueHeads, past, headSize]);
  const fresh = floats([rows, keyValueHeads, time, headSize]);
  for (let head = 0; head < rows * keyValueHeads; head += 1) {
    const start = head * (past + time) * headSize;
    const middle = start + past * headSize;
    before.data.set(all.subarray(start, middle), head * past * headSize);
    fresh.data.set(all.subarray(middle, middle + time * headSize), head * time * headSize);
  }
  return [before, fresh];
}

/** By the book. */
function attend(
  { queries, keys, values }: Operands,
  given: Lengths & {
    readonly heads: number;
    readonly keyValueHeads: number;
    readonly headSize: number;
  } & Form,
): Float32Array {
  const { rows, past, time, heads, keyValueHeads, headSize, scale, window } = given;
  const mixed = new Float32Array(queries.length);
  for (let at = 0; at < rows * heads * time; at += 1) {
    const [row, head] = [Math.floor(at / time / heads), Math.floor(at / time) % heads];
    const end = past + (at % time) + 1;
    const seen = Math.min(end, window ?? end);
    const rowOfKeys = row * keyValueHeads + Math.floor((head * keyValueHeads) / heads);
    const held = (rowOfKeys * (past + time) + end - seen) * headSize;
    const scores = new Float64Array(seen);
    for (let token = 0; token < seen; token += 1) {
      let product = 0;
      for (let index = 0; index < headSize; index += 1)
        product += queries[at * headSize + index]! * keys[held + token * headSize + index]!;
      scores[token] = scale * product;
    }
    const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
    const weights = scores.map((score) => Math.exp(score - largest));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    for (let token = 0; token < seen; token += 1)
      for (let index = 0; index < headSize; index += 1)
        mixed[at * headSize + index]! += (weights[token]! / all) * values[held + token * headSize + index]!;
  }
  return mixed;
}
