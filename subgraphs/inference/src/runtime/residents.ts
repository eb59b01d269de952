/**
 * The versions that the devices have, or are about to have, and who uses them.
 *
 * Invariants: a version in use is never unloaded; what is loaded and what is being loaded stay under `memoryBytes` on each
 * device, idle versions that nothing leads to leaving first, the longest unused before the others. A version that is being
 * loaded counts as the size of its files. Its cache is known only when it is loaded: until others have left for it, or it has
 * left itself, the bound can be exceeded by that.
 */
import { unfitFor } from '../domain/model-purpose.ts';
import { type LoadOutcome, purposeOf, type Unserved } from './load-outcome.ts';
import type { ServedModel } from './served-model.ts';

export type Acquired<Model = ServedModel> =
  | { readonly kind: 'ready'; readonly model: Model; release(): void }
  /** It is for something else. */
  | { readonly kind: 'unfit'; readonly detail: string }
  | Unserved;

export interface Resident {
  readonly versionId: string;
  readonly outcome: Promise<LoadOutcome>;
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

export interface ResidentsOptions {
  /** Of each device. */
  readonly memoryBytes: number;
  /** Whether an alias or a split of traffic leads to it: such a version stays. */
  readonly isLed: (versionId: string) => boolean;
  /** Rejects only where the service stops. */
  readonly load: (resident: Resident) => Promise<LoadOutcome>;
  readonly onLoading: (versionId: string) => void;
  readonly onFailed: (versionId: string, detail: string) => void;
  /** Nobody uses it any more. */
  readonly onLeft: (versionId: string) => void;
}

export class Residents {
  readonly #options: ResidentsOptions;
  readonly #byVersion = new Map<string, Resident>();
  #uses = 0;

  constructor(options: ResidentsOptions) {
    this.#options = options;
  }

  get(versionId: string): Resident | undefined {
    return this.#byVersion.get(versionId);
  }

  all(): readonly Resident[] {
    return [...this.#byVersion.values()];
  }

  /** The version, loaded if need be. */
  hold(versionId: string): Resident {
    return this.#byVersion.get(versionId) ?? this.#load(versionId);
  }

  /** The version, loaded if need be; it stays loaded until released. */
  async use(versionId: string): Promise<{ readonly outcome: LoadOutcome; release(): void }> {
    const resident = this.hold(versionId);
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

  /** The same of a version that is to answer prompts. */
  async acquire(versionId: string): Promise<Acquired> {
    const { outcome, release } = await this.use(versionId);
    if (outcome.kind === 'ready') return { ...outcome, release };
    release();
    if (outcome.kind === 'failed') return outcome;
    return { kind: 'unfit', detail: unfitFor('GENERATION', { versionId, purpose: purposeOf(outcome) }) };
  }

  /** It leaves when its last stream ends. */
  retire(resident: Resident): void {
    resident.isRetired = true;
    this.#leaveIfRetired(resident);
  }

  /** No device has it any more. */
  forget(versionId: string): void {
    this.#byVersion.delete(versionId);
  }

  /** Unloads idle versions until so many bytes fit; says what is missing if they cannot. */
  makeRoom(bytes: number): string | undefined {
    const { memoryBytes, isLed } = this.#options;
    for (;;) {
      const held = this.all().reduce((sum, resident) => sum + resident.memoryBytes, 0);
      if (held + bytes <= memoryBytes) return undefined;
      const idle = this.all().filter(
        (resident) => resident.isReady && resident.users === 0 && !isLed(resident.versionId),
      );
      const victim = idle.sort((a, b) => a.lastUse - b.lastUse)[0];
      if (!victim) return `${held + bytes} bytes are needed; MODEL_MEMORY_BYTES allows ${memoryBytes}.`;
      this.#unload(victim);
    }
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
        .then(() => this.#options.load(resident))
        .then((outcome) => this.#loaded(resident, outcome)),
    };
    this.#byVersion.set(versionId, resident);
    this.#options.onLoading(versionId);
    return resident;
  }

  #loaded(resident: Resident, outcome: LoadOutcome): LoadOutcome {
    if (outcome.kind !== 'failed') {
      resident.isReady = true;
      resident.isReader = outcome.kind === 'reads';
      return outcome;
    }
    this.#byVersion.delete(resident.versionId);
    resident.releaseBase();
    this.#options.onFailed(resident.versionId, outcome.detail);
    return outcome;
  }

  #leaveIfRetired(resident: Resident): void {
    if (resident.isRetired && resident.users === 0) this.#unload(resident);
  }

  #unload(resident: Resident): void {
    const { versionId } = resident;
    if (this.#byVersion.get(versionId) !== resident) return;
    this.#byVersion.delete(versionId);
    this.#options.onLeft(versionId);
    resident.releaseBase();
  }
}
