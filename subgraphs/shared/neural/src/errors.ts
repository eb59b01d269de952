/**
 * Every refusal of this package, in one table. The README carries the same table; a test holds them equal.
 * The services that use the package translate these codes at their own edge.
 */
export const neuralErrors = {
  SAFETENSORS_CORRUPT:
    'A safetensors file is truncated, overlapping, out of bounds or has a malformed header.',
  CONFIG_INVALID: 'A config.json is malformed or describes an architecture that is not supported.',
  TOKENIZER_INVALID:
    'A tokenizer.json or tokenizer_config.json is malformed or of a kind that is not supported.',
  MODEL_INCOMPLETE:
    'A model folder lacks a file, or its weights lack, exceed or contradict what its configuration states.',
  ONNX_CORRUPT: 'An ONNX file is truncated or malformed, or a file with its weights is missing or too short.',
  ONNX_UNSUPPORTED:
    'An ONNX graph is not a decoder that can be served; the message names the input, output or operator in question.',
  ADAPTER_INVALID: 'A LoRA adapter is malformed or does not fit the model it is applied to.',
  CHECKPOINT_CORRUPT: 'A checkpoint lacks a file, or a file differs from the checksum recorded for it.',
  GRAPH_INVALID: 'A graph was built with operands that do not fit; the message names the node.',
  PROMPT_INVALID: 'The chat template refuses the messages, for example a role it does not know.',
  EXAMPLE_INVALID:
    'A training example is empty or longer than the sequence length; the message names its index.',
  PACKED_EXAMPLES_CORRUPT:
    'A file of packed examples was cut off or changed; the message names it. Pack the data set again.',
  LOSS_NOT_FINITE:
    'A training step produced a loss or gradient that is not a finite number; the state before it stays.',
  MEMORY_INSUFFICIENT:
    'A training run, or a model on a device, would need more memory than there is; the message has the numbers.',
  STORAGE_FULL: 'The disk is full. What was being written is removed, what was there before stays.',
  SESSION_INPUT_INVALID: 'A decoder was asked for a slot, token or position outside its bounds.',
  RUNTIME_FAILED:
    'ONNX Runtime refused to load or run a graph, or has no library for this platform; the message is its own.',
  SESSION_RELEASED: 'A trainer or decoder was used after its release.',
} as const;

export type NeuralErrorCode = keyof typeof neuralErrors;

export class NeuralError extends Error {
  readonly code: NeuralErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: NeuralErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'NeuralError';
    this.code = code;
    this.details = options.details ?? {};
  }
}
