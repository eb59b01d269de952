/** `/v1/models`: the platform itself, and every version that is served with the names that lead to it. */
import { raise } from '../errors.ts';
import type { CheckedInOperations } from '../persisted/checked-in-operations.ts';
import type { GatewayService } from '../transports/gateway-service.ts';
import { dataOfCall } from '../transports/graph-calls.ts';
import { type Caller, routedModel } from './generation-run.ts';
import { type GraphAccess, refusalOf } from './graph-access.ts';

interface ServedModels {
  readonly deployments: readonly {
    readonly status: string;
    readonly aliases: readonly string[];
    readonly contextLength: number;
    readonly since: string;
    readonly modelVersion: { readonly id: string };
  }[];
}

export interface Model {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: 'fathom';
  /** The version that a name leads to now. */
  readonly version?: string;
  readonly context_length?: number;
}

export async function listModels(
  service: GatewayService,
  operations: CheckedInOperations,
  caller: Caller,
): Promise<readonly Model[]> {
  const { source, name } = operations.get('ServedModels');
  const { deployments } = await dataOfCall<ServedModels>(service, {
    ...caller,
    transport: 'openai',
    document: source,
    operationName: name,
    variables: {},
  });
  const ready = deployments.filter(({ status }) => status === 'READY');
  const newest = Math.max(0, ...ready.map(({ since }) => secondsOf(since)));
  return [
    { id: routedModel, object: 'model', created: newest, owned_by: 'fathom' },
    ...ready.flatMap(({ modelVersion, aliases, since, contextLength }) =>
      namesOf(modelVersion.id, aliases).map(
        (id): Model => ({
          id,
          object: 'model',
          created: secondsOf(since),
          owned_by: 'fathom',
          version: modelVersion.id,
          context_length: contextLength,
        }),
      ),
    ),
  ];
}

/** Throws UNKNOWN_MODEL. */
export async function oneModel(models: Promise<readonly Model[]>, id: string): Promise<Model> {
  const found = (await models).find((model) => model.id === id);
  if (!found) throw raise('UNKNOWN_MODEL', { because: JSON.stringify(id) });
  return found;
}

interface RemoveData {
  readonly removed:
    | { readonly __typename: 'ModelVersion' }
    | { readonly __typename: 'ModelVersionInUse' | 'InvalidInput' | 'NotFound'; readonly message: string };
}

/** A version's files go, its record stays. Throws MODEL_IN_USE while anything refers to it. */
export async function deleteModel(graph: GraphAccess, id: string): Promise<object> {
  if (!/^[^@]+@\d+$/.test(id))
    throw raise('BAD_USER_INPUT', {
      because: 'only a version, `name@number`, is deleted; the names that lead to one are moved',
      details: { param: 'model' },
    });
  const input = { versionId: id, reason: `DELETE /v1/models/${id}` };
  const { removed } = await graph.call<RemoveData>('RemoveModelVersion', { input });
  if (removed.__typename !== 'ModelVersion') throw refusalOf(removed, 'model');
  return { id, object: 'model', deleted: true };
}

/** `fathom-facts@3`, `fathom-facts@champion`, and the bare name where it is the champion's. */
function namesOf(versionId: string, aliases: readonly string[]): readonly string[] {
  const [modelName = versionId] = versionId.split('@');
  return [
    ...(aliases.includes('champion') ? [modelName] : []),
    ...aliases.map((alias) => `${modelName}@${alias}`),
    versionId,
  ];
}

const secondsOf = (moment: string): number => Math.floor(new Date(moment).getTime() / 1000);
