import { NeuralError } from '../errors.ts';

/** Says before what is wrong with an example which one it is: EXAMPLE_INVALID with its index. */
export function naming<T>(example: string, index: number, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof NeuralError)) throw cause;
    throw new NeuralError('EXAMPLE_INVALID', `${example}: ${cause.message}`, { cause, details: { index } });
  }
}
