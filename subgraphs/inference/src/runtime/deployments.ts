/**
 * Keeps on the devices what aliases point to, loads the rest on demand, and tells how each version stands.
 *
 *   UNLOADED --alias or demand--> LOADING --verified, loaded--> READY --alias moved on--> DRAINING --last stream--> UNLOADED
 *                                     \--anything wrong--> FAILED --next demand, or every 30 s for an alias--> LOADING
 *
 * What the tables say is `model-tables`, what the devices have is `residents`, what the tables have the devices hold is
 * `alias-follower`; their invariants stand there.
 */
import type { TextReaderFacts } from '@fathom/neural/serving/text-reader';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Logger } from '@fathom/platform/logging';
import type { ModelCatalogue } from '../domain/model-catalogue.ts';
import { unfitFor } from '../domain/model-purpose.ts';
import type { Conversation } from '../domain/traffic-split.ts';
import type { EnginePool } from '../pool/engine-pool.ts';
import { type ModelStore, platformTenant } from '../stores/model-store.ts';
import type { TrafficSplitStore } from '../stores/traffic-split-store.ts';
import { AliasFollower } from './alias-follower.ts';
import { DeploymentLog } from './deployment-log.ts';
import { isFor, purposeOf, purposes } from './load-outcome.ts';
import { ModelTables, type Routed } from './model-tables.ts';
import { type Acquired, Residents } from './residents.ts';
import type { ServedReader } from './served-model.ts';
import { VersionLoader } from './version-loader.ts';

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

export class Deployments {
  readonly #options: DeploymentsOptions;
  readonly #log: DeploymentLog;
  readonly #tables: ModelTables;
  readonly #residents: Residents;
  readonly #follower: AliasFollower;
  readonly #loader: VersionLoader;

  constructor(options: DeploymentsOptions) {
    const { store, splits, artifacts, pool, defaultModel, memoryBytes, logger } = options;
    this.#options = options;
    const log = new DeploymentLog({ store, logger });
    const tables: ModelTables = new ModelTables({
      store,
      splits,
      defaultModel,
      isReady: (versionId) => this.isReady(versionId),
    });
    const residents: Residents = new Residents({
      memoryBytes,
      isLed: (versionId) => tables.led().has(versionId),
      load: (resident) => loader.load(resident),
      onLoading: (versionId) => log.note({ versionId, status: 'LOADING' }),
      onFailed: (versionId, detail) => {
        logger.error({ version: versionId, detail }, 'a model version cannot be served');
        log.note({ versionId, status: 'FAILED', detail, memoryBytes: 0 });
      },
      onLeft: (versionId) => {
        pool.unload(versionId);
        log.note({ versionId, status: 'UNLOADED', memoryBytes: 0 });
      },
    });
    const loader = new VersionLoader({
      artifacts,
      pool,
      versionOf: (versionId) => tables.version(versionId),
      acquireBase: (versionId) => residents.acquire(versionId),
      makeRoom: (bytes) => residents.makeRoom(bytes),
      note: (change) => log.note(change),
    });
    this.#follower = new AliasFollower({
      store,
      tables,
      residents,
      onDraining: (versionId) =>
        log.note({ versionId, status: 'DRAINING', detail: 'It finishes its running streams.' }),
      logger,
    });
    this.#loader = loader;
    this.#log = log;
    this.#tables = tables;
    this.#residents = residents;
  }

  get catalogue(): ModelCatalogue {
    return this.#tables.catalogue;
  }

  /** Which version answers: the one that the name leads to, or the canary of the alias where the conversation falls into its share. */
  route(reference: string | undefined, conversation: Conversation): Routed {
    return this.#tables.route(reference, conversation);
  }

  /** Whether it can answer a prompt at once. */
  isReady(versionId: string): boolean {
    const { isReady = false, isReader = false } = this.#residents.get(versionId) ?? {};
    return isReady && !isReader;
  }

  /** Resolves when names can be resolved; what aliases lead to is being loaded then. */
  async start(): Promise<void> {
    await this.#options.store.resetDeployments();
    await this.#tables.read();
    void this.refresh();
  }

  /** Follows the tables after a change. Calls that come while one is under way are joined into the next. */
  refresh(): Promise<void> {
    return this.#follower.refresh();
  }

  /** The version, loaded if need be; it stays loaded until released. */
  acquire(versionId: string): Promise<Acquired> {
    return this.#residents.acquire(versionId);
  }

  /** The same of a version that reads whole texts for this. */
  async acquireReader<Purpose extends TextReaderFacts['purpose']>(
    versionId: string,
    wanted: Purpose,
  ): Promise<Acquired<ServedReader & { readonly reads: { readonly purpose: Purpose } }>> {
    const { outcome, release } = await this.#residents.use(versionId);
    if (outcome.kind === 'reads' && isFor(outcome.model, wanted))
      return { kind: 'ready', model: outcome.model, release };
    release();
    if (outcome.kind === 'failed') return outcome;
    return { kind: 'unfit', detail: unfitFor(purposes[wanted], { versionId, purpose: purposeOf(outcome) }) };
  }

  /** Whether the default model answers, for /readyz. */
  readiness(): { readonly ok: boolean; readonly detail: string } {
    const { defaultModel } = this.#options;
    const resolution = this.catalogue.resolve(undefined, platformTenant);
    if (resolution.kind !== 'version') return { ok: false, detail: `${defaultModel} has no champion yet` };
    const isReady = this.isReady(resolution.versionId);
    return { ok: isReady, detail: `${resolution.versionId} is ${isReady ? 'ready' : 'not loaded'}` };
  }

  /** No device has the version any more: none could load it again after it had lost its worker. */
  lost(versionId: string, detail: string): void {
    this.#residents.forget(versionId);
    this.#log.note({ versionId, status: 'FAILED', detail, memoryBytes: 0 });
    this.#follower.retryLater();
  }

  /**
   * What is being loaded is given up, and nothing is loaded any more: whoever waits for a version is refused, accepted
   * generations are left to the next process.
   */
  stopLoading(): void {
    this.#loader.stop();
  }

  async close(): Promise<void> {
    this.stopLoading();
    await this.#follower.close();
    await this.#log.written();
  }
}
