/** What the service and the process that checks a model say to each other. */
import { z } from 'zod';

export const checkSpecification = z.object({ folder: z.string(), threads: z.number().int().positive() });

export const checkMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('checked'),
    source: z.enum(['safetensors', 'onnx']),
    precisions: z.array(z.enum(['fp32', 'int8', 'int4'])).readonly(),
    config: z.string(),
    parameterCount: z.number(),
    vocabularySize: z.number(),
    answer: z.string(),
  }),
  z.object({ type: z.literal('failed'), code: z.string(), message: z.string() }),
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('stopped') }),
]);
export type CheckMessage = z.infer<typeof checkMessage>;
export type CheckedFacts = Extract<CheckMessage, { type: 'checked' }>;
