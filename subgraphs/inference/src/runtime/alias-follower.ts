/**
 * Has the devices hold what the tables lead to: what answers now first, then what aliases have moved to, then what splits of
 * traffic name. What nothing leads to any more is retired.
 *
 * Invariants: an alias answers with its former version until the one it points to is READY; a version is shown as a deployment
 * only when its name can be resolved here.
 */
import type { Logger } from '@fathom/platform/logging';
import type { AliasRow, ModelStore } from '../stores/model-store.ts';
import type { ModelTables } from './model-tables.ts';
import type { Residents } from './residents.ts';

export interface AliasFollowerOptions {
  readonly store: Pick<ModelStore, 'addMissingDeployments' | 'serve'>;
  readonly tables: ModelTables;
  readonly residents: Residents;
  /** No alias leads to it any more, and it is in use. */
  readonly onDraining: (versionId: string) => void;
  readonly logger: Logger;
}

/** What could not be served is tried again so often. */
const retryMs = 30_000;

export class AliasFollower {
  readonly #options: AliasFollowerOptions;
  /** What aliases led to when they were last followed. */
  #ledBefore: ReadonlySet<string> = new Set();
  #following: Promise<void> = Promise.resolve();
  #isFollowAgain = false;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: AliasFollowerOptions) {
    this.#options = options;
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

  retryLater(): void {
    if (this.#isClosed || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.refresh();
    }, retryMs).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { store, tables } = this.#options;
    await tables.read();
    await store.addMissingDeployments(tables.versionIds);
    // What answers now comes first: a start is ready before it looks at what aliases have moved to meanwhile.
    for (const alias of tables.aliases) if (alias.servingVersionId) await this.#hold(alias.servingVersionId);
    for (const alias of tables.aliases)
      if (alias.versionId !== alias.servingVersionId) await this.#moveTo(alias);
    await tables.read();
    for (const versionId of tables.shared()) await this.#hold(versionId);
    this.#retireWhatAliasesLeft();
  }

  #followFailed(error: unknown): void {
    if (this.#isClosed) return;
    this.#options.logger.warn(
      { err: error },
      'the tables of models could not be followed; it is tried again',
    );
    this.retryLater();
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
    const { tables, residents } = this.#options;
    // An alias can arrive before the version it names: they are announced on different topics.
    if (!tables.version(versionId)) return false;
    const resident = residents.hold(versionId);
    resident.isRetired = false;
    const outcome = await resident.outcome;
    if (outcome.kind === 'failed') this.retryLater();
    return outcome.kind !== 'failed';
  }

  /** Versions loaded on demand stay until their memory is needed; those that an alias left go when they are idle. */
  #retireWhatAliasesLeft(): void {
    const { tables, residents, onDraining } = this.#options;
    const led = tables.led();
    for (const versionId of this.#ledBefore) {
      const resident = residents.get(versionId);
      if (led.has(versionId) || !resident) continue;
      if (resident.users > 0) onDraining(versionId);
      residents.retire(resident);
    }
    // What the registry removed is no longer offered, and leaves as what aliases left does.
    for (const resident of residents.all())
      if (!tables.version(resident.versionId)) residents.retire(resident);
    this.#ledBefore = led;
  }
}
