/**
 * Which activations a step leaves out. A mask's bytes follow from (seed, step, site, index in the whole batch) alone:
 * they are the same after a resumption, on any number of threads, and however the batch is cut into parts.
 */

import type { Graph } from '../onnx/types.ts';
import { type Counter, philox } from '../philox.ts';
import { HostTensor, type HostTensors } from '../runtime/host-tensor.ts';

const maskPrefix = 'dropout.';
/** The name of a site's mask as an input of a graph. */
export const maskName = (site: string): string => `${maskPrefix}${site}`;

export interface MaskOrigin {
  readonly seed: number;
  /** From 1. */
  readonly step: number;
  /** The site's place among the sites. */
  readonly site: number;
  /** Of the mask's first element, in the whole batch. */
  readonly firstElement: number;
}

/** A share is kept to a 65,536th: each random word decides two elements. */
const resolution = 65_536;
const perCounter = 8;
/** Keeps the counters of dropout apart from those of any other use. */
const purpose = 0x64726f70;

const threshold = (rate: number): number => Math.round(rate * resolution);

/** What the kept activations are multiplied with, so that the expected sum stays. */
export const keptScale = (rate: number): number => resolution / (resolution - threshold(rate));

/** Fills a mask: 1 keeps an element, 0 leaves it out. */
export function fillMask(mask: Uint8Array, rate: number, origin: MaskOrigin): void {
  const { seed, step, site, firstElement } = origin;
  const dropBelow = threshold(rate);
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const;
  const out = new Uint32Array(4);
  const halves = new Uint16Array(out.buffer);
  let at = 0;
  for (let block = Math.floor(firstElement / perCounter); at < mask.length; block += 1) {
    const counter: Counter = [block >>> 0, site, step, purpose];
    philox(counter, key, out);
    // Only the first block can begin in its middle.
    const from = at === 0 ? firstElement % perCounter : 0;
    for (let half = from; half < perCounter && at < mask.length; half += 1) {
      mask[at] = halves[half]! < dropBelow ? 0 : 1;
      at += 1;
    }
  }
}

export interface DropoutOptions {
  readonly rate: number;
  readonly seed: number;
}

/** The masks that a graph asks for, in memory of their own; filled anew for each run of it. */
export class DropoutMasks {
  readonly tensors: HostTensors;
  readonly #masks: readonly Uint8Array[];
  readonly #options: DropoutOptions;

  constructor(graph: Graph, options: DropoutOptions) {
    const inputs = graph.inputs.filter(({ name }) => name.startsWith(maskPrefix));
    const tensors = inputs.map(({ name, dims }) => {
      const sizes = dims as readonly number[];
      const data = new Uint8Array(sizes.reduce((product, size) => product * size, 1));
      return [name, new HostTensor(sizes, data)] as const;
    });
    this.tensors = Object.fromEntries(tensors);
    this.#masks = tensors.map(([, { data }]) => data);
    this.#options = options;
  }

  /** `part` counts the parts of the batch from 0; each is as large as the masks. */
  fill(at: { readonly step: number; readonly part: number }): void {
    const { rate, seed } = this.#options;
    this.#masks.forEach((mask, site) => {
      fillMask(mask, rate, { seed, step: at.step, site, firstElement: at.part * mask.length });
    });
  }
}
