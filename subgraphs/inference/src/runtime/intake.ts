/**
 * From an input to a generation that can be accepted, or to the refusal that says what to change. Nothing is stored
 * or computed for what is refused.
 */
import { randomInt } from 'node:crypto';
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import type { Identity } from '@fathom/platform/identity';
import type { AskInput, GenerateInput } from '../__generated__/resolvers.ts';
import type { GenerationRecord } from '../domain/generation.ts';
import { type Refusal, refuseAsk, refuseContext, refuseGenerate, samplingOf } from '../domain/limits.ts';
import type { SamplingSettings } from '../domain/sampling.ts';
import type { GenerationSettings } from '../domain/settings.ts';
import { raise } from '../errors.ts';
import type { AcceptedGeneration } from '../stores/generation-store.ts';
import type { Deployments } from './deployments.ts';
import { encodeFor, type ServedModel } from './served-model.ts';

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
  readonly promptField: 'input.question' | 'input.prompt';
  readonly prompt: string;
  readonly isRaw: boolean;
  readonly model: string | undefined;
  readonly maxTokens: number;
  readonly sampling: SamplingSettings;
  readonly stopStrings: readonly string[];
  readonly useCache: boolean;
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
      isRaw: false,
      model: input.model ?? undefined,
      maxTokens: input.maxTokens ?? defaultMaxTokens,
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
      stopStrings: [],
      useCache: input.useCache ?? true,
      idempotencyKey: input.idempotencyKey ?? undefined,
    })
  );
}

/** Throws MODEL_NOT_READY while the default model has no version that can be served. */
export async function prepareGenerate(
  deployments: Deployments,
  caller: Caller,
  input: GenerateInput,
): Promise<Prepared> {
  return (
    refuseGenerate(input) ??
    prepare(deployments, caller, {
      kind: 'GENERATE',
      promptField: 'input.prompt',
      prompt: input.prompt,
      isRaw: input.raw ?? false,
      model: input.model ?? undefined,
      maxTokens: input.maxTokens ?? defaultMaxTokens,
      sampling: samplingOf(input, () => randomInt(2 ** 31)),
      stopStrings: input.stop ?? [],
      useCache: false,
      idempotencyKey: input.idempotencyKey ?? undefined,
    })
  );
}

async function prepare(deployments: Deployments, caller: Caller, wish: Wish): Promise<Prepared> {
  const found = await findModel(deployments, wish.model, caller.identity.tenant);
  if (found.kind !== 'found') return found;
  const promptTokens = encodeFor(found.model.text, wish.prompt, wish.isRaw);
  const refusal = refuseContext(wish.promptField, promptTokens.length, found.model.contextLength);
  if (refusal) return refusal;
  const { maxTokens, sampling, stopStrings, useCache, idempotencyKey } = wish;
  const modelVersionId = found.model.versionId;
  const settings: GenerationSettings = {
    modelVersionId,
    promptTokens,
    maxTokens,
    sampling,
    stopStrings,
    useCache,
  };
  const record = newRecord(caller, wish, promptTokens.length);
  return { kind: 'prepared', generation: { record, settings, identity: caller.identity }, idempotencyKey };
}

type Found = { readonly kind: 'found'; readonly model: ServedModel } | UnknownModelRefusal;

async function findModel(
  deployments: Deployments,
  reference: string | undefined,
  tenant: string,
): Promise<Found> {
  const resolution = deployments.catalogue.resolve(reference, tenant);
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
    return { kind: 'found', model: acquired.model };
  }
  const because = `${resolution.versionId} cannot be served: ${acquired.detail}`;
  if (reference === undefined) throw raise('MODEL_NOT_READY', { because });
  const available = deployments.catalogue.available(tenant).filter((name) => name !== reference);
  return { kind: 'unknown-model', model: reference, available, message: because };
}

function newRecord(
  { identity, traceId }: Caller,
  { kind, prompt, sampling }: Wish,
  promptTokens: number,
): GenerationRecord {
  return {
    id: uuidV7(),
    tenant: identity.tenant,
    kind,
    status: 'QUEUED',
    prompt,
    text: '',
    evidence: [],
    tokens: [],
    usage: { promptTokens, completionTokens: 0, deviceMs: 0 },
    seed: sampling.temperature > 0 ? sampling.seed : undefined,
    traceId,
    createdAt: new Date(),
  };
}
