/**
 * Which version a name stands for, for a tenant. Pure: a view of the tables, replaced whenever they change.
 * A version that a tenant may not use does not exist for it.
 */
import { championAlias, parseModelReference } from './model-reference.ts';

export interface CatalogueAlias {
  readonly modelName: string;
  readonly alias: string;
  readonly versionId: string;
  readonly servingVersionId: string | null;
}

export type Resolution =
  | { readonly kind: 'version'; readonly versionId: string }
  /** The default model has no version yet. */
  | { readonly kind: 'no-default' }
  | { readonly kind: 'unknown'; readonly model: string; readonly available: readonly string[] };

export interface CatalogueVersion {
  readonly versionId: string;
  readonly tenant: string;
}

export interface ModelCatalogue {
  /** What a user's string stands for; the default model without one. */
  resolve(reference: string | undefined, tenant: string): Resolution;
  /** Names that would work. */
  available(tenant: string): readonly string[];
}

export interface CatalogueOptions {
  readonly versions: readonly CatalogueVersion[];
  readonly aliases: readonly CatalogueAlias[];
  readonly defaultModel: string;
  /** Whose versions are everybody's. */
  readonly sharedTenant: string;
}

export function createModelCatalogue(options: CatalogueOptions): ModelCatalogue {
  const { versions, aliases, defaultModel, sharedTenant } = options;
  const owners = new Map(versions.map(({ versionId, tenant }) => [versionId, tenant]));
  const led = new Map(
    aliases.map((row) => [`${row.modelName}@${row.alias}`, row.servingVersionId ?? row.versionId] as const),
  );
  const maySee = (versionId: string | undefined, tenant: string): versionId is string => {
    const owner = versionId === undefined ? undefined : owners.get(versionId);
    return owner !== undefined && (owner === tenant || owner === sharedTenant);
  };
  const available = (tenant: string): readonly string[] => {
    const names = [...led].filter(([, versionId]) => maySee(versionId, tenant)).map(([name]) => name);
    const champions = names
      .filter((name) => name.endsWith(`@${championAlias}`))
      .map((name) => name.split('@', 1)[0] ?? '');
    return [...champions, ...names, ...[...owners.keys()].filter((versionId) => maySee(versionId, tenant))];
  };
  return {
    available,
    resolve(reference, tenant) {
      const parsed = parseModelReference(reference ?? defaultModel);
      const versionId =
        parsed.kind === 'version' ? parsed.versionId : led.get(`${parsed.modelName}@${parsed.alias}`);
      if (maySee(versionId, tenant)) return { kind: 'version', versionId };
      if (reference === undefined) return { kind: 'no-default' };
      return { kind: 'unknown', model: reference, available: available(tenant) };
    },
  };
}
