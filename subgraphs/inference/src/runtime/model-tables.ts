/** What the tables of models said when they were last read: versions, aliases, splits of traffic, and what these lead to. */
import { createModelCatalogue, type ModelCatalogue, type Resolution } from '../domain/model-catalogue.ts';
import { parseModelReference } from '../domain/model-reference.ts';
import { type Conversation, isWithin, type TrafficSplit } from '../domain/traffic-split.ts';
import {
  type AliasRow,
  type ModelStore,
  type ModelVersionRow,
  platformTenant,
} from '../stores/model-store.ts';
import type { TrafficSplitStore } from '../stores/traffic-split-store.ts';

/** What a name stands for in a conversation. */
export type Routed =
  | Exclude<Resolution, { kind: 'version' }>
  | {
      readonly kind: 'version';
      readonly versionId: string;
      /** Another version is to compute a copy. */
      readonly shadow?: { readonly split: TrafficSplit; readonly versionId: string } | undefined;
    };

export interface ModelTablesOptions {
  readonly store: Pick<ModelStore, 'versions' | 'aliases'>;
  readonly splits: Pick<TrafficSplitStore, 'splits'>;
  readonly defaultModel: string;
  /** Whether a version can answer a prompt at once: a share of traffic goes to no other. */
  readonly isReady: (versionId: string) => boolean;
}

export class ModelTables {
  readonly #options: ModelTablesOptions;
  #versions = new Map<string, ModelVersionRow>();
  #aliases: readonly AliasRow[] = [];
  #splits: readonly TrafficSplit[] = [];
  #catalogue: ModelCatalogue;

  constructor(options: ModelTablesOptions) {
    this.#options = options;
    this.#catalogue = this.#catalogueOf([], []);
  }

  get catalogue(): ModelCatalogue {
    return this.#catalogue;
  }

  get aliases(): readonly AliasRow[] {
    return this.#aliases;
  }

  version(versionId: string): ModelVersionRow | undefined {
    return this.#versions.get(versionId);
  }

  get versionIds(): readonly string[] {
    return [...this.#versions.keys()];
  }

  async read(): Promise<void> {
    const { store, splits } = this.#options;
    const [versions, aliases, shared] = await Promise.all([
      store.versions(),
      store.aliases(),
      splits.splits(),
    ]);
    this.#splits = shared;
    this.#versions = new Map(versions.map((version) => [version.versionId, version]));
    this.#aliases = aliases;
    this.#catalogue = this.#catalogueOf(versions, aliases);
  }

  /** What splits of traffic lead to. */
  shared(): readonly string[] {
    return this.#splits.flatMap(({ canary, shadow }) =>
      [canary, shadow].flatMap((share) => share?.versionId ?? []),
    );
  }

  /** What aliases and splits of traffic lead to. */
  led(): ReadonlySet<string> {
    const ofAliases = this.#aliases.map(({ servingVersionId, versionId }) => servingVersionId ?? versionId);
    return new Set([...ofAliases, ...this.shared()]);
  }

  /** Which version answers: the one that the name leads to, or the canary of the alias where the conversation falls into its share. */
  route(reference: string | undefined, conversation: Conversation): Routed {
    const resolution = this.#catalogue.resolve(reference, conversation.tenant);
    const split = resolution.kind === 'version' ? this.#splitOf(reference) : undefined;
    if (resolution.kind !== 'version' || !split) return resolution;
    const canary = this.#shareOf(split, 'canary', conversation);
    const shadow = this.#shareOf(split, 'shadow', conversation);
    const versionId = canary ?? resolution.versionId;
    // A version is not held against itself.
    return shadow === undefined || shadow === versionId
      ? { kind: 'version', versionId }
      : { kind: 'version', versionId, shadow: { split, versionId: shadow } };
  }

  #splitOf(reference: string | undefined): TrafficSplit | undefined {
    const parsed = parseModelReference(reference ?? this.#options.defaultModel);
    if (parsed.kind !== 'alias') return undefined;
    return this.#splits.find(
      ({ modelName, alias }) => modelName === parsed.modelName && alias === parsed.alias,
    );
  }

  /** The version of a share that has this conversation. One that is not loaded has none. */
  #shareOf(split: TrafficSplit, kind: 'canary' | 'shadow', conversation: Conversation): string | undefined {
    const { versionId } = split[kind] ?? {};
    if (versionId === undefined || !this.#options.isReady(versionId)) return undefined;
    if (this.#catalogue.resolve(versionId, conversation.tenant).kind !== 'version') return undefined;
    return isWithin(split, kind, conversation) ? versionId : undefined;
  }

  #catalogueOf(versions: readonly ModelVersionRow[], aliases: readonly AliasRow[]): ModelCatalogue {
    const { defaultModel } = this.#options;
    return createModelCatalogue({ versions, aliases, defaultModel, sharedTenant: platformTenant });
  }
}
