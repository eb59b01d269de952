/** A registered version brought onto the devices: its base first, then its files, what it is for, room, and the load itself. */
import { weightFileBytes } from '@fathom/neural/models/model-weights';
import { readPurpose } from '@fathom/neural/serving/text-reader';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import { createDeferred } from '@fathom/platform/deferred';
import { AppError, raisePlatform } from '@fathom/platform/errors';
import type { LoadedModel, LoadModel } from '../engine/protocol.ts';
import type { EnginePool } from '../pool/engine-pool.ts';
import type { DeploymentChange, ModelVersionRow } from '../stores/model-store.ts';
import { type LoadOutcome, purposes, type Unserved } from './load-outcome.ts';
import type { Acquired, Resident } from './residents.ts';
import { readModelText } from './served-model.ts';

export interface VersionLoaderOptions {
  readonly artifacts: ArtifactStore;
  readonly pool: EnginePool;
  readonly versionOf: (versionId: string) => ModelVersionRow | undefined;
  /** Holds the base of an adapter as long as the adapter is loaded. */
  readonly acquireBase: (versionId: string) => Promise<Acquired>;
  /** Says what is missing where so many bytes cannot be had. */
  readonly makeRoom: (bytes: number) => string | undefined;
  readonly note: (change: DeploymentChange) => void;
}

/** The service stops while somebody waits for a version. Accepted work is left to the next process. */
export const isStopping = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'SHUTTING_DOWN';

export class VersionLoader {
  readonly #options: VersionLoaderOptions;
  readonly #stopped = createDeferred<never>();

  constructor(options: VersionLoaderOptions) {
    this.#options = options;
    // Nobody may be waiting for it.
    this.#stopped.promise.catch(() => undefined);
  }

  /** Rejects only where the service stops: that is not a fault of the version. */
  load(resident: Resident): Promise<LoadOutcome> {
    const loaded = this.#load(resident).catch((error: unknown) =>
      unserved(error instanceof Error ? error.message : String(error)),
    );
    return Promise.race([loaded, this.#stopped.promise]);
  }

  /** What is being loaded is given up, and nothing is loaded any more. */
  stop(): void {
    this.#stopped.reject(raisePlatform('SHUTTING_DOWN'));
  }

  async #load(resident: Resident): Promise<LoadOutcome> {
    const { artifacts, versionOf } = this.#options;
    const { versionId } = resident;
    const version = versionOf(versionId);
    if (!version) return unserved(`${versionId} was never registered.`);
    const base = await this.#acquireBase(version);
    if (base && base.kind !== 'ready') return unserved(`Its base ${version.parentVersionId}: ${base.detail}`);
    if (base) resident.releaseBase = base.release;

    const folder = await artifacts.fetch(version.artifactUri);
    if (!base && (await readPurpose(folder)) !== 'generation')
      return this.#loadReader(resident, version, folder);
    const baseVersion = base && versionOf(base.model.versionId);
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

  async #loadReader(resident: Resident, version: ModelVersionRow, folder: string): Promise<LoadOutcome> {
    // Beside its safetensors lies its graph for other programs, which nobody loads here.
    const sizeBytes = await weightFileBytes(folder);
    const loaded = await this.#loadOnDevices(resident, { ...version, sizeBytes }, { folder });
    if (loaded.kind === 'failed') return loaded;
    const { versionId, reads } = loaded.model;
    return reads
      ? { kind: 'reads', model: { versionId, reads } }
      : unserved(`${versionId} was loaded as something that generates text.`);
  }

  async #loadOnDevices(
    resident: Resident,
    { versionId, sizeBytes }: ModelVersionRow,
    files: Pick<LoadModel, 'folder' | 'baseVersionId'>,
  ): Promise<{ readonly kind: 'loaded'; readonly model: LoadedModel } | Unserved> {
    const { pool, makeRoom, note } = this.#options;
    const shortage = makeRoom(sizeBytes);
    if (shortage) return unserved(shortage);
    resident.memoryBytes = sizeBytes;
    const loaded = await pool.load({ type: 'load', versionId, ...files });
    if (loaded.kind === 'failed') return unserved(`${loaded.message} (${loaded.code})`);

    const { contextLength, precision, memoryBytes, reads } = loaded.model;
    resident.memoryBytes = memoryBytes;
    // Its cache is known only now: others may have to leave after all, or it does.
    const excess = makeRoom(0);
    if (excess) {
      pool.unload(versionId);
      return unserved(excess);
    }
    const purpose = reads ? purposes[reads.purpose] : 'GENERATION';
    note({
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
    if (version.parentVersionId === null) return unserved('none is named.');
    return this.#options.acquireBase(version.parentVersionId);
  }
}

const unserved = (detail: string): Unserved => ({ kind: 'failed', detail });
