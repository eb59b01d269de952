import { NeuralError, type NeuralErrorCode } from '@fathom/neural/errors';
import { AppError } from '@fathom/platform/errors';
import type { TrainingErrorCode } from '../errors.ts';

const codes: Partial<Record<NeuralErrorCode, TrainingErrorCode>> = {
  LOSS_NOT_FINITE: 'LOSS_NOT_FINITE',
  CHECKPOINT_CORRUPT: 'CHECKPOINT_CORRUPT',
  EXAMPLE_INVALID: 'DATA_SET_INVALID',
  PROMPT_INVALID: 'DATA_SET_INVALID',
  MODEL_INCOMPLETE: 'MODEL_INVALID',
  CONFIG_INVALID: 'MODEL_INVALID',
  TOKENIZER_INVALID: 'MODEL_INVALID',
  SAFETENSORS_CORRUPT: 'MODEL_INVALID',
  ADAPTER_INVALID: 'MODEL_INVALID',
};

/** The `failureCode` of a run that ended with this error; undefined for what nobody foresaw, which is tried again. */
export function failureCodeOf(error: unknown): string | undefined {
  if (error instanceof AppError)
    return error.retryable && error.code !== 'STORAGE_FULL' ? undefined : error.code;
  if (error instanceof NeuralError) return codes[error.code];
  const errno = (error as NodeJS.ErrnoException | undefined)?.code;
  return errno === 'ENOSPC' || errno === 'EDQUOT' ? 'STORAGE_FULL' : undefined;
}
