/**
 * Texts read by a version: which one a name leads to is looked up for each request, and it stays loaded until the last text
 * is read, wherever the alias moves meanwhile.
 */
import type { TextReaderFacts } from '@fathom/neural/serving/text-reader';
import type { EmbedInput, ModelPurpose } from '../__generated__/schema.ts';
import type { Refusal } from '../domain/refusal.ts';
import { refuseTexts } from '../domain/texts-input.ts';
import type { TextsToRead } from '../engine/device-texts.ts';
import { raise } from '../errors.ts';
import type { InferenceService } from '../service.ts';
import type { DeploymentRow } from '../stores/model-store.ts';
import type { UnknownModelRefusal } from './find-model.ts';
import type { OverloadRefusal, Read } from './read.ts';
import type { ServedReader } from './served-model.ts';

type Purpose = TextReaderFacts['purpose'];

export interface ReadRequest<Of extends Purpose> {
  readonly tenant: string;
  readonly purpose: Of;
  /** How a user names it. */
  readonly reference: string;
  readonly texts: EmbedInput['texts'];
  readonly signal: AbortSignal;
}

export type ReadByVersion<Of extends Purpose> =
  | (Read & { readonly model: ServedReader & { readonly reads: { readonly purpose: Of } } })
  | Refusal
  | UnknownModelRefusal
  | OverloadRefusal;

const purposes: Readonly<Record<Purpose, ModelPurpose>> = {
  classification: 'CLASSIFICATION',
  embedding: 'EMBEDDING',
};

export async function readByVersion<Of extends Purpose>(
  inference: InferenceService,
  { tenant, purpose, reference, texts, signal }: ReadRequest<Of>,
): Promise<ReadByVersion<Of>> {
  const refusal = refuseTexts({ texts });
  if (refusal) return refusal;
  const { deployments } = inference;
  const resolution = deployments.catalogue.resolve(reference, tenant);
  const unknown = async (message: string): Promise<UnknownModelRefusal> => ({
    kind: 'unknown-model',
    model: reference,
    message,
    available: await namesFor(inference, tenant, purposes[purpose]),
  });
  if (resolution.kind !== 'version')
    return unknown(`No model, alias or version ${reference} is served here.`);
  const acquired = await deployments.acquireReader(resolution.versionId, purpose);
  if (acquired.kind === 'unfit') return { kind: 'invalid', field: 'input.model', message: acquired.detail };
  if (acquired.kind === 'failed')
    return unknown(`${resolution.versionId} cannot be served: ${acquired.detail}`);
  try {
    const read = await readTexts(inference, { tenant, texts, lane: acquired.model.versionId, signal });
    return read.kind === 'read' ? { ...read, model: acquired.model } : read;
  } finally {
    acquired.release();
  }
}

/** Throws MODEL_FAULT, DEVICE_LOST, MEMORY_EXHAUSTED, and why the caller's signal was aborted. */
export async function readTexts(
  { pool }: InferenceService,
  texts: TextsToRead & { readonly signal: AbortSignal },
): Promise<Read | OverloadRefusal> {
  const outcome = await pool.readTexts(texts);
  switch (outcome.kind) {
    case 'read': {
      const faulty = outcome.texts.findIndex(({ values }) => !values.every(Number.isFinite));
      if (faulty >= 0)
        throw raise('MODEL_FAULT', { because: `of text ${faulty} it computed values that are no numbers` });
      const totalTokens = outcome.texts.reduce((sum, { tokens }) => sum + tokens, 0);
      return { ...outcome, totalTokens };
    }
    case 'overloaded': {
      const { waitingTexts, retryAfterMs } = outcome;
      return { kind: 'overloaded', message: `${waitingTexts} texts wait for a device.`, retryAfterMs };
    }
    case 'cancelled':
      throw texts.signal.reason;
    case 'failed':
      throw raise(outcome.code, { because: outcome.message });
  }
}

/** Versions of this purpose that a tenant may use, the latest first. */
export async function readersOf(
  { models }: InferenceService,
  tenant: string,
  purpose: ModelPurpose,
): Promise<readonly DeploymentRow[]> {
  return (await models.deployments(tenant)).filter((row) => row.purpose === purpose);
}

/** Every name that leads to one of them. */
async function namesFor(
  inference: InferenceService,
  tenant: string,
  purpose: ModelPurpose,
): Promise<readonly string[]> {
  const rows = await readersOf(inference, tenant, purpose);
  return rows.flatMap(({ versionId, aliases }) => {
    const [modelName = versionId] = versionId.split('@');
    const byAlias = aliases.map((alias) => `${modelName}@${alias}`);
    return [...(aliases.includes('champion') ? [modelName] : []), ...byAlias, versionId];
  });
}
