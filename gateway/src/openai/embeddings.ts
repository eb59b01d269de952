/** `/v1/embeddings`: vectors of texts, as numbers or, as client libraries ask by default, as base64 of 32-bit floats. */
import { z } from 'zod';
import { raise } from '../errors.ts';
import type { CheckedInOperations } from '../persisted/checked-in-operations.ts';
import type { GatewayService } from '../transports/gateway-service.ts';
import { appErrorOf, dataOfCall } from '../transports/graph-calls.ts';
import { type Caller, routedModel } from './generation-run.ts';

const requestSchema = z.looseObject({
  input: z.union([z.string(), z.array(z.string()).min(1)], {
    error: 'must be a text or a list of texts; lists of tokens are of other models',
  }),
  model: z.string().nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
});

interface EmbedData {
  readonly embed:
    | {
        readonly __typename: 'Embeddings';
        readonly encoder: { readonly id: string };
        readonly totalTokens: number;
        readonly embeddings: readonly { readonly index: number; readonly vector: readonly number[] }[];
      }
    | { readonly __typename: 'UnknownModel'; readonly message: string }
    | { readonly __typename: 'InvalidInput'; readonly message: string; readonly field: string }
    | { readonly __typename: 'Overloaded'; readonly message: string; readonly retryAfterMs: number };
}

export interface EmbeddingsRequest {
  readonly service: GatewayService;
  readonly operations: CheckedInOperations;
  readonly caller: Caller;
  readonly body: unknown;
}

/** Throws AppError, also for what the graph answers as a member of its result union. */
export async function answerEmbeddings({
  service,
  operations,
  caller,
  body,
}: EmbeddingsRequest): Promise<object> {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const param = String(issue?.path[0] ?? '');
    throw raise('BAD_USER_INPUT', { because: `\`${param}\` ${issue?.message}`, details: { param } });
  }
  const { input, model, encoding_format } = parsed.data;
  const { source, name } = operations.get('Embed');
  const { embed } = await dataOfCall<EmbedData>(service, {
    ...caller,
    transport: 'openai',
    document: source,
    operationName: name,
    variables: {
      input: {
        texts: typeof input === 'string' ? [input] : input,
        ...(model && model !== routedModel ? { model } : {}),
      },
    },
  });
  switch (embed.__typename) {
    case 'UnknownModel':
      throw appErrorOf({ message: embed.message, extensions: { code: 'UNKNOWN_MODEL' } });
    case 'InvalidInput':
      throw appErrorOf({
        message: embed.message,
        extensions: { code: 'INVALID_INPUT', param: paramOf(embed.field) },
      });
    case 'Overloaded':
      throw appErrorOf({
        message: embed.message,
        extensions: { code: 'OVERLOADED', retryable: true, retryAfterMs: embed.retryAfterMs },
      });
  }
  const { encoder, embeddings, totalTokens } = embed;
  return {
    object: 'list',
    model: encoder.id,
    data: embeddings.map(({ index, vector }) => ({
      object: 'embedding',
      index,
      embedding: encoding_format === 'base64' ? base64Of(vector) : vector,
    })),
    usage: { prompt_tokens: totalTokens, total_tokens: totalTokens },
  };
}

/** `input.model` of the graph is `model` here; everything else is about the texts. */
const paramOf = (field: string): string => (field === 'input.model' ? 'model' : 'input');

/** Little-endian, as every client reads it. */
function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => {
    bytes.writeFloatLE(value, index * 4);
  });
  return bytes.toString('base64');
}
