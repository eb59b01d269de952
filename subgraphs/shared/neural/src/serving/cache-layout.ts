import type { ModelConfig } from '../models/model-config.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';
import type { ExecutionProvider } from '../runtime/execution-provider.ts';

/** What a layout attends with, one layer at a time. */
export interface AttendInput {
  /** Queries, keys and values of the new tokens side by side, normed where the model does, not yet rotated:
   * [rows, time, (heads + 2·kvHeads)·headSize of the layout].
   */
  readonly packed: Value;
  readonly layer: number;
}

/**
 * How a decoder graph is given its tokens and keeps keys and values between runs. All else of the graph is the same in
 * every layout, so that a model computes the same in each of them.
 */
export interface CacheLayout {
  /** The size of heads that it attends with; a model's own where it is not padded (`head-padding.ts`). */
  readonly headSize: number;
  /** Declares the inputs and returns the ids of the new tokens, int64 [rows, time]. */
  begin(): Value;
  /** [rows, time, heads·headSize]; declares the layer's past as inputs and its present as outputs. */
  attend(input: AttendInput): Value;
  /** Of vectors [rows, time, width], those of the tokens whose logits come out. */
  select(vectors: Value): Value;
}

export interface LayoutOptions {
  readonly config: ModelConfig;
  /** Positions that the rotary tables cover. */
  readonly positions: number;
  /** What attention computes in and the cache holds; float32 without it. */
  readonly attention?: AttentionType | undefined;
  /** Rows that begin together may have different lengths, padded right: the caller says where each one's last token is. */
  readonly areEndsGiven?: boolean | undefined;
  /** Attention as ONNX Runtime's processor computes it soonest; the result is the same. */
  readonly isOnProcessor?: boolean | undefined;
}

/** CUDA has its attention operator in half precision only. All else of the graph stays in float32. */
export type AttentionType = 'float32' | 'float16';

export const attentionTypeOn = ({ kind }: ExecutionProvider): AttentionType =>
  kind === 'cuda' ? 'float16' : 'float32';

export type CreateLayout = (builder: GraphBuilder, options: LayoutOptions) => CacheLayout;
