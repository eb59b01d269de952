/** Which version a name stands for. Pure: a view of the tables, replaced whenever they change. */
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

export interface ModelCatalogue {
  /** What a user's string stands for; the default model without one. */
  resolve(reference: string | undefined): Resolution;
  /** Names that would work. */
  readonly available: readonly string[];
}

export interface CatalogueOptions {
  readonly versionIds: readonly string[];
  readonly aliases: readonly CatalogueAlias[];
  readonly defaultModel: string;
}

export function createModelCatalogue({
  versionIds,
  aliases,
  defaultModel,
}: CatalogueOptions): ModelCatalogue {
  const known = new Set(versionIds);
  const led = new Map<string, string>();
  for (const { modelName, alias, servingVersionId, versionId } of aliases) {
    const target = servingVersionId ?? versionId;
    if (known.has(target)) led.set(`${modelName}@${alias}`, target);
  }
  const models = [...led.keys()].flatMap((name) =>
    name.endsWith(`@${championAlias}`) ? [name.split('@', 1)[0] ?? ''] : [],
  );
  const available = [...models, ...led.keys(), ...known];
  return {
    available,
    resolve(reference) {
      const parsed = parseModelReference(reference ?? defaultModel);
      const versionId =
        parsed.kind === 'version' ? parsed.versionId : led.get(`${parsed.modelName}@${parsed.alias}`);
      if (versionId !== undefined && known.has(versionId)) return { kind: 'version', versionId };
      if (reference === undefined) return { kind: 'no-default' };
      return { kind: 'unknown', model: reference, available };
    },
  };
}
