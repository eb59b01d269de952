import { NeuralError, type NeuralErrorCode } from '../errors.ts';

/** What a user can do something about when training ends. */
export type TrainingFailureCode =
  | 'LOSS_NOT_FINITE'
  | 'CHECKPOINT_CORRUPT'
  | 'DATA_SET_INVALID'
  | 'MODEL_INVALID'
  | 'MEMORY_INSUFFICIENT'
  | 'STORAGE_FULL';

const codes: Partial<Record<NeuralErrorCode, TrainingFailureCode>> = {
  LOSS_NOT_FINITE: 'LOSS_NOT_FINITE',
  CHECKPOINT_CORRUPT: 'CHECKPOINT_CORRUPT',
  EXAMPLE_INVALID: 'DATA_SET_INVALID',
  PROMPT_INVALID: 'DATA_SET_INVALID',
  MODEL_INCOMPLETE: 'MODEL_INVALID',
  CONFIG_INVALID: 'MODEL_INVALID',
  TOKENIZER_INVALID: 'MODEL_INVALID',
  SAFETENSORS_CORRUPT: 'MODEL_INVALID',
  ADAPTER_INVALID: 'MODEL_INVALID',
  MEMORY_INSUFFICIENT: 'MEMORY_INSUFFICIENT',
  STORAGE_FULL: 'STORAGE_FULL',
};

/** Undefined for what is not the user's to mend. */
export function trainingFailureCode(error: unknown): TrainingFailureCode | undefined {
  return error instanceof NeuralError ? codes[error.code] : undefined;
}
