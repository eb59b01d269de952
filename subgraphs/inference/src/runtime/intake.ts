/**
 * From an input to a generation that can be accepted, or to the refusal that says what to change. Nothing is stored
 * or computed for what is refused.
 *
 *   input --limits, form--> wish --names, splits--> model --tokens--> settings and record
 *      \----- Refusal, UnknownModelRefusal at any of these ------> told, and nothing is left of it
 */
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import type { Identity } from '@fathom/platform/identity';
import type { AskInput, GenerateInput } from '../__generated__/schema.ts';
import type { GenerationRecord, UsageRecord } from '../domain/generation.ts';
import { refuseAsk, refuseGenerate } from '../domain/limits.ts';
import type { Refusal } from '../domain/refusal.ts';
import { fieldOf, type ParsedFormat, parseResponseFormat } from '../domain/response-format.ts';
import type { GenerationSettings } from '../domain/settings.ts';
import type { GrammarChecker } from '../grammar/grammar-checker.ts';
import type { AcceptedGeneration } from '../stores/generation-store.ts';
import type { Deployments } from './deployments.ts';
import { encodePrompt } from './encode-prompt.ts';
import { findModel, type ShadowRoute, type UnknownModelRefusal } from './find-model.ts';
import { learnWords } from './served-model.ts';
import type { ShadowPlan } from './shadow-traffic.ts';
import { beginningOfWish, textsOf, type Wish, wishOfAsk, wishOfGenerate } from './wish.ts';

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

/** Throws MODEL_NOT_READY while the default model has no version that can be served. */
export async function prepareAsk(
  deployments: Deployments,
  caller: Caller,
  input: AskInput,
): Promise<Prepared> {
  return refuseAsk(input) ?? prepare(deployments, caller, wishOfAsk(input));
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
  return prepare(deployments, caller, wishOfGenerate(input, parsed.format));
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
  const encoded = encodePrompt(found.model, wish);
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
  { split, versionId }: ShadowRoute,
  wish: Wish,
  settings: GenerationSettings,
): Promise<ShadowPlan | undefined> {
  const acquired = await deployments.acquire(versionId);
  if (acquired.kind !== 'ready') return undefined;
  acquired.release();
  const encoded = encodePrompt(acquired.model, wish);
  if (encoded.kind !== 'encoded') return undefined;
  return { split, settings: { ...settings, modelVersionId: versionId, promptTokens: encoded.promptTokens } };
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
