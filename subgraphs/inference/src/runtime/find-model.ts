/** The version that answers, ready to; or what can be asked for instead. */
import type { Refusal } from '../domain/refusal.ts';
import type { Conversation } from '../domain/traffic-split.ts';
import { raise } from '../errors.ts';
import type { Deployments } from './deployments.ts';
import type { Routed } from './model-tables.ts';
import type { ServedModel } from './served-model.ts';

export interface UnknownModelRefusal {
  readonly kind: 'unknown-model';
  readonly message: string;
  readonly model: string;
  readonly available: readonly string[];
}

/** Which other version computes a copy, and by which split. */
export type ShadowRoute = NonNullable<Extract<Routed, { kind: 'version' }>['shadow']>;

export type FoundModel =
  | {
      readonly kind: 'found';
      readonly model: ServedModel;
      readonly shadow: ShadowRoute | undefined;
    }
  | Refusal
  | UnknownModelRefusal;

/** Throws MODEL_NOT_READY while the default model has no version that can be served. */
export async function findModel(
  deployments: Deployments,
  reference: string | undefined,
  conversation: Conversation,
): Promise<FoundModel> {
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
