/** Writes how versions stand to the table of deployments, in the order in which it happened. */
import type { Logger } from '@fathom/platform/logging';
import type { DeploymentChange, ModelStore } from '../stores/model-store.ts';

export interface DeploymentLogOptions {
  readonly store: Pick<ModelStore, 'setDeployment'>;
  readonly logger: Logger;
}

export class DeploymentLog {
  readonly #options: DeploymentLogOptions;
  #writes: Promise<void> = Promise.resolve();

  constructor(options: DeploymentLogOptions) {
    this.#options = options;
  }

  /** A change that cannot be stored is logged: the next one of that version says how it stands then. */
  note(change: DeploymentChange): void {
    const { store, logger } = this.#options;
    this.#writes = this.#writes
      .then(() => store.setDeployment(change))
      .catch((error: unknown) =>
        logger.warn({ err: error, change }, 'the status of a deployment could not be stored'),
      );
  }

  /** Resolves when all that was noted is written. */
  written(): Promise<void> {
    return this.#writes;
  }
}
