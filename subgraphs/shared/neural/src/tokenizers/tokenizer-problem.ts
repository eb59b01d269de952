import type { z } from 'zod';
import { NeuralError } from '../errors.ts';

export function tokenizerProblem(problem: string, cause?: unknown): never {
  throw new NeuralError('TOKENIZER_INVALID', `tokenizer.json: ${problem}`, { cause });
}

/** The parsed file, or `TOKENIZER_INVALID` that names what does not fit. */
export function parseTokenizerParts<T extends z.ZodType>(schema: T, json: unknown): z.infer<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new NeuralError('TOKENIZER_INVALID', `tokenizer.json: ${problems.slice(0, 5).join('; ')}`, {
    cause: parsed.error,
    details: { problems },
  });
}
