/**
 * From an input to a generation that can be accepted, or to the refusal that says what to change. Nothing is stored
 * or computed for what is refused.
 */
import { randomInt } from 'node:crypto';
import { NeuralError } from '@fathom/neural/errors';
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import type { Identity } from '@fathom/platform/identity';
import type { AskInput, GenerateInput } from '../__generated__/resolvers.ts';
import { type ChatMessage, fitConversation } from '../domain/conversation.ts';
import type { Priority } from '../domain/fair-queue.ts';
import type { GenerationRecord, UsageRecord } from '../domain/generation.ts';
import {
  type PromptWish,
  promptOf,
  refuseAsk,
  refuseContext,
  refuseGenerate,
  truncatedRoom,
} from '../domain/limits.ts';
import type { Refusal } from '../domain/refusal.ts';
import {
  fieldOf,
  type ParsedFormat,
  parseResponseFormat,
  type ResponseFormat,
} from '../domain/response-format.ts';
import type { SamplingSettings } from '../domain/sampling.ts';
import { samplingOf } from '../domain/sampling-input.ts';
import type { GenerationSettings } from '../domain/settings.ts';
import { beginningOf, type Conversation } from '../domain/traffic-split.ts';
import { raise } from '../errors.ts';
import type { GrammarChecker } from '../grammar/grammar-checker.ts';
import type { AcceptedGeneration } from '../stores/generation-store.ts';
import type { Deployments } from './deployments.ts';
import type { Routed } from './model-tables.ts';
import { encodeConversation, learnWords, type ServedModel } from './served-model.ts';
import type { ShadowPlan } from './shadow-traffic.ts';

export interface UnknownModelRefusal {
  readonly kind: 'unknown-model';
  readonly message: string;
  readonly model: string;
  readonly available: readonly string[];
}

export type Prepared =
  | {
      readonly kind: 'prepared';
      readonly generation: AcceptedGeneration;
      readonly idempotencyKey: string | undefined;
      /** What another version computes as well, to be compared. */
      readonly shadow: ShadowPlan | undefined;
    }
  | Refusal
  | UnknownModelRefusal;

export interface Caller {
  readonly identity: Identity;
  /** W3C, 32 hex digits. */
  readonly traceId: string;
}

interface Wish {
  readonly kind: GenerationRecord['kind'];
  readonly promptField: 'input.question' | 'input.prompt' | 'input.messages';
  /** What people see as the prompt. */
  readonly prompt: string;
  /** The conversation, where that was given. */
  readonly messages: readonly ChatMessage[];
  readonly toComplete: PromptWish;
  readonly mayTruncate: boolean;
  readonly model: string | undefined;
  readonly maxTokens: number;
  readonly sampling: SamplingSettings;
  readonly stopStrings: readonly string[];
  readonly useCache: boolean;
  readonly priority: Priority;
  readonly deadlineMs: number | undefined;
  readonly choices: number;
  readonly responseFormat: ResponseFormat | undefined;
  readonly idempotencyKey: string | undefined;
}

const defaultMaxTokens = 128;

/** Throws MODEL_NOT_READY while the default model has no version that can be served. */
export async function prepareAsk(
  deployments: Deployments,
  caller: Caller,
  input: AskInput,
): Promise<Prepared> {
  return (
    refuseAsk(input) ??
    prepare(deployments, caller, {
      kind: 'ASK',
      promptField: 'input.question',
      prompt: input.question,
      messages: [],
      toComplete: { kind: 'conversation', messages: [{ role: 'USER', content: input.question }] },
      mayTruncate: false,
      model: input.model ?? undefined,
      maxTokens: input.maxTokens ?? defaultMaxTokens,
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
      stopStrings: [],
      useCache: input.useCache ?? true,
      priority: input.priority ?? 'NORMAL',
      deadlineMs: undefined,
      choices: 1,
      responseFormat: undefined,
      idempotencyKey: input.idempotencyKey ?? undefined,
    })
  );
}

/** Throws MODEL_NOT_READY while the default model has no version that can be served. */
export async function prepareGenerate(
  deployments: Deployments,
  grammars: GrammarChecker,
  caller: Caller,
  input: GenerateInput,
): Promise<Prepared> {
  const refusal = refuseGenerate(input);
  if (refusal) return refusal;
  const parsed = await checkedFormat(input, grammars);
  if (parsed.kind === 'invalid') return parsed;
  const sampling = samplingOf(input, () => randomInt(2 ** 31));
  return prepare(deployments, caller, {
    kind: 'GENERATE',
    promptField: input.messages ? 'input.messages' : 'input.prompt',
    prompt: input.prompt ?? input.messages?.at(-1)?.content ?? '',
    messages: input.messages?.map(({ role, content }) => ({ role, content })) ?? [],
    toComplete: promptOf(input),
    mayTruncate: input.truncatePrompt ?? false,
    model: input.model ?? undefined,
    maxTokens: input.maxTokens ?? defaultMaxTokens,
    sampling,
    stopStrings: input.stop ?? [],
    // A seed that nobody gave is another one each time.
    useCache: (input.useCache ?? false) && (sampling.temperature === 0 || typeof input.seed === 'number'),
    priority: input.priority ?? 'NORMAL',
    deadlineMs: input.deadlineMs ?? undefined,
    choices: input.n ?? 1,
    responseFormat: parsed.format,
    idempotencyKey: input.idempotencyKey ?? undefined,
  });
}

/** What cannot be compiled is refused before anything is accepted. */
async function checkedFormat(input: GenerateInput, grammars: GrammarChecker): Promise<ParsedFormat> {
  const parsed = parseResponseFormat(input.responseFormat);
  if (parsed.kind === 'invalid' || !parsed.format) return parsed;
  const reply = await grammars.check(parsed.format);
  return reply.kind === 'valid'
    ? parsed
    : { kind: 'invalid', field: fieldOf(parsed.format), message: reply.reason };
}

async function prepare(deployments: Deployments, caller: Caller, wish: Wish): Promise<Prepared> {
  const { tenant } = caller.identity;
  const found = await findModel(deployments, wish.model, { tenant, beginning: beginningOfWish(wish) });
  if (found.kind !== 'found') return found;
  await learnWords(found.model.text, textsOf(wish.toComplete));
  const encoded = encode(found.model, wish);
  if (encoded.kind !== 'encoded') return encoded;
  const { promptTokens, truncatedTokens } = encoded;
  const {
    maxTokens,
    sampling,
    stopStrings,
    useCache,
    priority,
    deadlineMs,
    choices,
    responseFormat,
    idempotencyKey,
  } = wish;
  const modelVersionId = found.model.versionId;
  const settings: GenerationSettings = {
    modelVersionId,
    promptTokens,
    maxTokens,
    sampling,
    stopStrings,
    useCache,
    priority,
    deadlineMs,
    choices,
    responseFormat,
  };
  const record = newRecord(caller, wish, {
    promptTokens: promptTokens.length,
    truncatedPromptTokens: truncatedTokens,
  });
  const shadow = found.shadow && (await planShadow(deployments, found.shadow, wish, settings));
  const generation = { record, settings, identity: caller.identity };
  return { kind: 'prepared', generation, idempotencyKey, shadow };
}

/** None where the version cannot answer at once, or has no room for the prompt. */
async function planShadow(
  deployments: Deployments,
  { split, versionId }: NonNullable<Extract<Routed, { kind: 'version' }>['shadow']>,
  wish: Wish,
  settings: GenerationSettings,
): Promise<ShadowPlan | undefined> {
  const acquired = await deployments.acquire(versionId);
  if (acquired.kind !== 'ready') return undefined;
  acquired.release();
  const encoded = encode(acquired.model, wish);
  if (encoded.kind !== 'encoded') return undefined;
  return { split, settings: { ...settings, modelVersionId: versionId, promptTokens: encoded.promptTokens } };
}

/** What all turns of the wish's conversation have in common. */
function beginningOfWish({ toComplete, prompt }: Wish): string {
  return toComplete.kind === 'raw' ? prompt : beginningOf(toComplete.messages);
}

function textsOf(wish: PromptWish): readonly string[] {
  return wish.kind === 'raw' ? [wish.text] : wish.messages.map(({ content }) => content);
}

type Encoded =
  | { readonly kind: 'encoded'; readonly promptTokens: readonly number[]; readonly truncatedTokens: number }
  | Refusal;

function encode({ text, contextLength }: ServedModel, wish: Wish): Encoded {
  const { toComplete, promptField } = wish;
  try {
    const whole =
      toComplete.kind === 'raw'
        ? text.tokenizer.encode(toComplete.text)
        : encodeConversation(text, toComplete.messages).flatMap(({ tokens }) => tokens);
    const refusal = refuseContext(promptField, whole.length, contextLength);
    if (!refusal) return { kind: 'encoded', promptTokens: whole, truncatedTokens: 0 };
    const roomTokens = truncatedRoom(contextLength, wish.maxTokens);
    if (!wish.mayTruncate) return refusal;
    const promptTokens =
      toComplete.kind === 'raw'
        ? whole.slice(-roomTokens)
        : fitConversation({
            messages: toComplete.messages,
            encode: (messages) => encodeConversation(text, messages),
            roomTokens,
          });
    if (!promptTokens) return refusal;
    return { kind: 'encoded', promptTokens, truncatedTokens: whole.length - promptTokens.length };
  } catch (error) {
    if (!(error instanceof NeuralError) || error.code !== 'PROMPT_INVALID') throw error;
    return {
      kind: 'invalid',
      field: promptField,
      message: `The model's template refuses this. ${error.message}`,
    };
  }
}

type Found =
  | {
      readonly kind: 'found';
      readonly model: ServedModel;
      readonly shadow: Extract<Routed, { kind: 'version' }>['shadow'];
    }
  | Refusal
  | UnknownModelRefusal;

async function findModel(
  deployments: Deployments,
  reference: string | undefined,
  conversation: Conversation,
): Promise<Found> {
  const { tenant } = conversation;
  const resolution = deployments.route(reference, conversation);
  if (resolution.kind === 'no-default') throw raise('MODEL_NOT_READY');
  if (resolution.kind === 'unknown') {
    const { model, available } = resolution;
    return {
      kind: 'unknown-model',
      model,
      available,
      message: `No model, alias or version ${model} is served here.`,
    };
  }
  const acquired = await deployments.acquire(resolution.versionId);
  if (acquired.kind === 'ready') {
    acquired.release();
    return { kind: 'found', model: acquired.model, shadow: resolution.shadow };
  }
  if (acquired.kind === 'unfit' && reference !== undefined)
    return { kind: 'invalid', field: 'input.model', message: acquired.detail };
  const because = `${resolution.versionId} cannot be served: ${acquired.detail}`;
  if (reference === undefined) throw raise('MODEL_NOT_READY', { because });
  const available = deployments.catalogue.available(tenant).filter((name) => name !== reference);
  return { kind: 'unknown-model', model: reference, available, message: because };
}

function newRecord(
  { identity, traceId }: Caller,
  { kind, prompt, messages, sampling }: Wish,
  promptUsage: Pick<UsageRecord, 'promptTokens' | 'truncatedPromptTokens'>,
): GenerationRecord {
  return {
    id: uuidV7(),
    tenant: identity.tenant,
    kind,
    status: 'QUEUED',
    prompt,
    messages,
    text: '',
    evidence: [],
    tokens: [],
    otherChoices: [],
    usage: { ...promptUsage, completionTokens: 0, deviceMs: 0 },
    seed: sampling.temperature > 0 ? sampling.seed : undefined,
    traceId,
    createdAt: new Date(),
  };
}
