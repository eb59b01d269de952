/**
 * Keeps on the devices what aliases point to, loads the rest on demand, and tells how each version stands.
 *
 *   UNLOADED --alias or demand--> LOADING --verified, loaded--> READY --alias moved on--> DRAINING --last stream--> UNLOADED
 *                                     \--anything wrong--> FAILED --next demand, or every 30 s for an alias--> LOADING
 *
 * Invariants: an alias answers with its former version until the one it points to is READY; a version in use is never
 * unloaded; what is loaded and what is being loaded stay under `memoryBytes` on each device, idle versions without alias leaving
 * first, the longest unused before the others. A version that is being loaded counts as the size of its files. Its cache is known
 * only when it is loaded: until others have left for it, or it has left itself, the bound can be exceeded by that.
 */

import { weightFileBytes } from '@fathom/neural/models/model-weights';
import { readPurpose, type TextReaderFacts } from '@fathom/neural/serving/text-reader';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Logger } from '@fathom/platform/logging';
import type { ModelPurpose } from '../__generated__/resolvers.ts';
import { createModelCatalogue, type ModelCatalogue, type Resolution } from '../domain/model-catalogue.ts';
import { unfitFor } from '../domain/model-purpose.ts';
import { parseModelReference } from '../domain/model-reference.ts';
import { type Conversation, isWithin, type TrafficSplit } from '../domain/traffic-split.ts';
import type { LoadedModel, LoadModel } from '../engine/protocol.ts';
import type { EnginePool } from '../pool/engine-pool.ts';
import {
  type AliasRow,
  type DeploymentChange,
  type ModelStore,
  type ModelVersionRow,
  platformTenant,
} from '../stores/model-store.ts';
import type { TrafficSplitStore } from '../stores/traffic-split-store.ts';
import { readModelText, type ServedModel, type ServedReader } from './served-model.ts';

export type Acquired<Model = ServedModel> =
  | { readonly kind: 'ready'; readonly model: Model; release(): void }
  /** It is for something else. */
  | { readonly kind: 'unfit'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** What a name stands for in a conversation. */
export type Routed =
  | Exclude<Resolution, { kind: 'version' }>
  | {
      readonly kind: 'version';
      readonly versionId: string;
      /** Another version is to compute a copy. */
      readonly shadow?: { readonly split: TrafficSplit; readonly versionId: string } | undefined;
    };

export interface DeploymentsOptions {
  readonly store: ModelStore;
  readonly splits: Pick<TrafficSplitStore, 'splits'>;
  readonly artifacts: ArtifactStore;
  readonly pool: EnginePool;
  readonly defaultModel: string;
  /** Of each device. */
  readonly memoryBytes: number;
  readonly logger: Logger;
}

interface Resident {
  readonly versionId: string;
  readonly outcome: Promise<Outcome>;
  users: number;
  /** Order of last use. */
  lastUse: number;
  /** What it holds; while it is being loaded, the size of its files. */
  memoryBytes: number;
  isReady: boolean;
  /** It reads whole texts and answers no prompt. */
  isReader: boolean;
  /** No alias leads here any more: it leaves when its last stream ends. */
  isRetired: boolean;
  releaseBase(): void;
}

type Outcome =
  | { readonly kind: 'ready'; readonly model: ServedModel }
  | { readonly kind: 'reads'; readonly model: ServedReader }
  | { readonly kind: 'failed'; readonly detail: string };

const retryMs = 30_000;

const purposes = { classification: 'CLASSIFICATION', embedding: 'EMBEDDING' } as const satisfies Readonly<
  Record<TextReaderFacts['purpose'], ModelPurpose>
>;

const purposeOf = (outcome: Exclude<Outcome, { kind: 'failed' }>): ModelPurpose =>
  outcome.kind === 'ready' ? 'GENERATION' : purposes[outcome.model.reads.purpose];

const isFor = <Purpose extends TextReaderFacts['purpose']>(
  model: ServedReader,
  purpose: Purpose,
): model is ServedReader & { readonly reads: { readonly purpose: Purpose } } =>
  model.reads.purpose === purpose;

export class Deployments {
  readonly #options: DeploymentsOptions;
  readonly #residents = new Map<string, Resident>();
  #versions = new Map<string, ModelVersionRow>();
  #aliases: readonly AliasRow[] = [];
  #splits: readonly TrafficSplit[] = [];
  #catalogue: ModelCatalogue;
  /** What aliases led to when they were last followed. */
  #ledBefore: ReadonlySet<string> = new Set();
  #uses = 0;
  #writes: Promise<void> = Promise.resolve();
  #following: Promise<void> = Promise.resolve();
  #isFollowAgain = false;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: DeploymentsOptions) {
    this.#options = options;
    this.#catalogue = this.#catalogueOf([], []);
  }

  get catalogue(): ModelCatalogue {
    return this.#catalogue;
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

  /** Whether it can answer a prompt at once. */
  isReady(versionId: string): boolean {
    const { isReady = false, isReader = false } = this.#residents.get(versionId) ?? {};
    return isReady && !isReader;
  }

  /** Resolves when names can be resolved; what aliases lead to is being loaded then. */
  async start(): Promise<void> {
    await this.#options.store.resetDeployments();
    await this.#readTables();
    void this.refresh();
  }

  /** Follows the tables after a change. Calls that come while one is under way are joined into the next. */
  refresh(): Promise<void> {
    if (this.#isFollowAgain) return this.#following;
    this.#isFollowAgain = true;
    this.#following = this.#following.then(async () => {
      this.#isFollowAgain = false;
      if (!this.#isClosed) await this.#follow().catch((error: unknown) => this.#followFailed(error));
    });
    return this.#following;
  }

  /** The version, loaded if need be; it stays loaded until released. */
  async acquire(versionId: string): Promise<Acquired> {
    const { outcome, release } = await this.#use(versionId);
    if (outcome.kind === 'ready') return { ...outcome, release };
    release();
    if (outcome.kind === 'failed') return outcome;
    return { kind: 'unfit', detail: unfitFor('GENERATION', { versionId, purpose: purposeOf(outcome) }) };
  }

  /** The same of a version that reads whole texts for this. */
  async acquireReader<Purpose extends TextReaderFacts['purpose']>(
    versionId: string,
    wanted: Purpose,
  ): Promise<Acquired<ServedReader & { readonly reads: { readonly purpose: Purpose } }>> {
    const { outcome, release } = await this.#use(versionId);
    if (outcome.kind === 'reads' && isFor(outcome.model, wanted))
      return { kind: 'ready', model: outcome.model, release };
    release();
    if (outcome.kind === 'failed') return outcome;
    return { kind: 'unfit', detail: unfitFor(purposes[wanted], { versionId, purpose: purposeOf(outcome) }) };
  }

  async #use(versionId: string): Promise<{ readonly outcome: Outcome; release(): void }> {
    const resident = this.#residents.get(versionId) ?? this.#load(versionId);
    resident.users++;
    resident.lastUse = ++this.#uses;
    const outcome = await resident.outcome;
    let isReleased = false;
    return {
      outcome,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        resident.users--;
        this.#leaveIfRetired(resident);
      },
    };
  }

  /** Whether the default model answers, for /readyz. */
  readiness(): { readonly ok: boolean; readonly detail: string } {
    const { defaultModel } = this.#options;
    const resolution = this.#catalogue.resolve(undefined, platformTenant);
    if (resolution.kind !== 'version') return { ok: false, detail: `${defaultModel} has no champion yet` };
    const isReady = this.isReady(resolution.versionId);
    return { ok: isReady, detail: `${resolution.versionId} is ${isReady ? 'ready' : 'not loaded'}` };
  }

  /** No device has the version any more: none could load it again after it had lost its worker. */
  lost(versionId: string, detail: string): void {
    this.#residents.delete(versionId);
    this.#note({ versionId, status: 'FAILED', detail, memoryBytes: 0 });
    this.#retryLater();
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
    if (versionId === undefined || !this.isReady(versionId)) return undefined;
    if (this.#catalogue.resolve(versionId, conversation.tenant).kind !== 'version') return undefined;
    return isWithin(split, kind, conversation) ? versionId : undefined;
  }

  /** What splits of traffic lead to. */
  #shared(): readonly string[] {
    return this.#splits.flatMap(({ canary, shadow }) =>
      [canary, shadow].flatMap((share) => share?.versionId ?? []),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#following;
    await this.#writes;
  }

  async #follow(): Promise<void> {
    const { store } = this.#options;
    await store.addMissingDeployments();
    await this.#readTables();
    // What answers now comes first: a start is ready before it looks at what aliases have moved to meanwhile.
    for (const alias of this.#aliases) if (alias.servingVersionId) await this.#hold(alias.servingVersionId);
    for (const alias of this.#aliases)
      if (alias.versionId !== alias.servingVersionId) await this.#moveTo(alias);
    await this.#readTables();
    for (const versionId of this.#shared()) await this.#hold(versionId);
    this.#retireWhatAliasesLeft();
  }

  #followFailed(error: unknown): void {
    this.#options.logger.warn(
      { err: error },
      'the tables of models could not be followed; it is tried again',
    );
    this.#retryLater();
  }

  async #readTables(): Promise<void> {
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

  #catalogueOf(versions: readonly ModelVersionRow[], aliases: readonly AliasRow[]): ModelCatalogue {
    const { defaultModel } = this.#options;
    return createModelCatalogue({ versions, aliases, defaultModel, sharedTenant: platformTenant });
  }

  /** The alias answers with its new version as soon as that is ready, and with its former one if it never is. */
  async #moveTo(alias: AliasRow): Promise<void> {
    const { store, logger } = this.#options;
    const isHeld = await this.#hold(alias.versionId);
    if (!isHeld) return;
    await store.serve(alias, alias.versionId);
    const { modelName, servingVersionId: from, versionId: to } = alias;
    logger.info({ model: modelName, alias: alias.alias, from, to }, 'an alias moved');
  }

  /** Loads what an alias leads to. False if it cannot be served now; it is tried again. */
  async #hold(versionId: string): Promise<boolean> {
    // An alias can arrive before the version it names: they are announced on different topics.
    if (!this.#versions.has(versionId)) return false;
    const resident = this.#residents.get(versionId) ?? this.#load(versionId);
    resident.isRetired = false;
    const outcome = await resident.outcome;
    if (outcome.kind === 'failed') this.#retryLater();
    return outcome.kind !== 'failed';
  }

  #load(versionId: string): Resident {
    const resident: Resident = {
      versionId,
      users: 0,
      lastUse: ++this.#uses,
      memoryBytes: 0,
      isReady: false,
      isReader: false,
      isRetired: false,
      releaseBase: () => {},
      outcome: Promise.resolve()
        .then(() => this.#loadInto(resident))
        .catch(
          (error: unknown): Outcome => ({
            kind: 'failed',
            detail: error instanceof Error ? error.message : String(error),
          }),
        )
        .then((outcome) => this.#loaded(resident, outcome)),
    };
    this.#residents.set(versionId, resident);
    this.#note({ versionId, status: 'LOADING' });
    return resident;
  }

  async #loadInto(resident: Resident): Promise<Outcome> {
    const { artifacts } = this.#options;
    const { versionId } = resident;
    const version = this.#versions.get(versionId);
    if (!version) return { kind: 'failed', detail: `${versionId} was never registered.` };
    const base = await this.#acquireBase(version);
    if (base && base.kind !== 'ready')
      return { kind: 'failed', detail: `Its base ${version.parentVersionId}: ${base.detail}` };
    if (base) resident.releaseBase = base.release;

    const folder = await artifacts.fetch(version.artifactUri);
    if (!base && (await readPurpose(folder)) !== 'generation')
      return this.#loadReader(resident, version, folder);
    const baseVersion = base && this.#versions.get(base.model.versionId);
    const baseFolder = baseVersion && (await artifacts.fetch(baseVersion.artifactUri));
    const text = await readModelText(baseFolder ? { folder: baseFolder, adapterFolder: folder } : { folder });
    const loaded = await this.#loadOnDevices(resident, version, {
      folder,
      baseVersionId: base?.model.versionId,
    });
    if (loaded.kind === 'failed') return loaded;
    const { contextLength, precision } = loaded.model;
    const lane = base?.model.versionId ?? versionId;
    const adapter = base ? versionId : undefined;
    return { kind: 'ready', model: { versionId, lane, adapter, contextLength, precision, text } };
  }

  async #loadReader(resident: Resident, version: ModelVersionRow, folder: string): Promise<Outcome> {
    // Beside its safetensors lies its graph for other programs, which nobody loads here.
    const sizeBytes = await weightFileBytes(folder);
    const loaded = await this.#loadOnDevices(resident, { ...version, sizeBytes }, { folder });
    if (loaded.kind === 'failed') return loaded;
    const { versionId, reads } = loaded.model;
    if (!reads)
      return { kind: 'failed', detail: `${versionId} was loaded as something that generates text.` };
    return { kind: 'reads', model: { versionId, reads } };
  }

  async #loadOnDevices(
    resident: Resident,
    { versionId, sizeBytes }: ModelVersionRow,
    files: Pick<LoadModel, 'folder' | 'baseVersionId'>,
  ): Promise<
    { readonly kind: 'loaded'; readonly model: LoadedModel } | Extract<Outcome, { kind: 'failed' }>
  > {
    const { pool } = this.#options;
    const shortage = this.#makeRoom(sizeBytes);
    if (shortage) return { kind: 'failed', detail: shortage };
    resident.memoryBytes = sizeBytes;
    const loaded = await pool.load({ type: 'load', versionId, ...files });
    if (loaded.kind === 'failed') return { kind: 'failed', detail: `${loaded.message} (${loaded.code})` };

    const { contextLength, precision, memoryBytes, reads } = loaded.model;
    resident.memoryBytes = memoryBytes;
    // Its cache is known only now: others may have to leave after all, or it does.
    const excess = this.#makeRoom(0);
    if (excess) {
      pool.unload(versionId);
      return { kind: 'failed', detail: excess };
    }
    const purpose = reads ? purposes[reads.purpose] : 'GENERATION';
    this.#note({
      versionId,
      status: 'READY',
      contextLength,
      precision,
      memoryBytes,
      purpose,
      reads: reads ?? null,
    });
    return loaded;
  }

  async #acquireBase(version: ModelVersionRow): Promise<Acquired | undefined> {
    if (version.kind === 'FULL') return undefined;
    if (version.parentVersionId === null) return { kind: 'failed', detail: 'none is named.' };
    return this.acquire(version.parentVersionId);
  }

  #loaded(resident: Resident, outcome: Outcome): Outcome {
    const { versionId } = resident;
    if (outcome.kind !== 'failed') {
      resident.isReady = true;
      resident.isReader = outcome.kind === 'reads';
      return outcome;
    }
    this.#residents.delete(versionId);
    resident.releaseBase();
    this.#options.logger.error(
      { version: versionId, detail: outcome.detail },
      'a model version cannot be served',
    );
    this.#note({ versionId, status: 'FAILED', detail: outcome.detail, memoryBytes: 0 });
    return outcome;
  }

  /** Unloads idle versions until so many bytes fit; says what is missing if they cannot. */
  #makeRoom(bytes: number): string | undefined {
    const { memoryBytes } = this.#options;
    for (;;) {
      let held = 0;
      for (const resident of this.#residents.values()) held += resident.memoryBytes;
      if (held + bytes <= memoryBytes) return undefined;
      const idle = [...this.#residents.values()].filter(
        (resident) => resident.isReady && resident.users === 0 && !this.#isLed(resident.versionId),
      );
      const victim = idle.sort((a, b) => a.lastUse - b.lastUse)[0];
      if (!victim) return `${held + bytes} bytes are needed; MODEL_MEMORY_BYTES allows ${memoryBytes}.`;
      this.#unload(victim);
    }
  }

  #led(): ReadonlySet<string> {
    const ofAliases = this.#aliases.map(({ servingVersionId, versionId }) => servingVersionId ?? versionId);
    return new Set([...ofAliases, ...this.#shared()]);
  }

  #isLed(versionId: string): boolean {
    return this.#led().has(versionId);
  }

  /** Versions loaded on demand stay until their memory is needed; those that an alias left go when they are idle. */
  #retireWhatAliasesLeft(): void {
    const led = this.#led();
    for (const versionId of this.#ledBefore) {
      const resident = this.#residents.get(versionId);
      if (led.has(versionId) || !resident) continue;
      resident.isRetired = true;
      if (resident.users > 0)
        this.#note({ versionId, status: 'DRAINING', detail: 'It finishes its running streams.' });
      this.#leaveIfRetired(resident);
    }
    // What the registry removed is no longer offered, and leaves as what aliases left does.
    for (const resident of [...this.#residents.values()]) {
      if (this.#versions.has(resident.versionId)) continue;
      resident.isRetired = true;
      this.#leaveIfRetired(resident);
    }
    this.#ledBefore = led;
  }

  #leaveIfRetired(resident: Resident): void {
    if (resident.isRetired && resident.users === 0) this.#unload(resident);
  }

  #unload(resident: Resident): void {
    const { versionId } = resident;
    if (this.#residents.get(versionId) !== resident) return;
    this.#residents.delete(versionId);
    this.#options.pool.unload(versionId);
    this.#note({ versionId, status: 'UNLOADED', memoryBytes: 0 });
    resident.releaseBase();
  }

  /** Status changes reach the table in the order in which they happened. */
  #note(change: DeploymentChange): void {
    const { store, logger } = this.#options;
    this.#writes = this.#writes
      .then(() => store.setDeployment(change))
      .catch((error: unknown) =>
        logger.warn({ err: error, change }, 'the status of a deployment could not be stored'),
      );
  }

  #retryLater(): void {
    if (this.#isClosed || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.refresh();
    }, retryMs).unref();
  }
}
