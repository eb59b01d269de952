/**
 * The supergraph in service, and how it is replaced: by another text, or by the same under other settings.
 *
 * Invariant: there is always exactly one current snapshot, and it loaded completely. A text that does not load leaves
 * the current one in place, is logged with its reason and shown in /readyz until one loads.
 */
import { readFile } from 'node:fs/promises';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { createSnapshot, type SnapshotOptions, supergraphId } from './create-snapshot.ts';
import type { Snapshot } from './snapshot.ts';

export interface Supergraph {
  current(): Snapshot;
  /** Why the newest text is not in service; `undefined` if it is. */
  problem(): string | undefined;
  /** Reads the file again. Resolves when the result is in service, or refused. */
  reload(): Promise<'reloaded' | 'unchanged' | 'refused'>;
  /**
   * The text in service under other settings, which hold from now on. Rejects, and leaves all as it is, where it does not
   * load.
   */
  rebuild(settings: SnapshotSettings, steps: RebuildSteps): Promise<void>;
  close(): Promise<void>;
}

/** What can change while the gateway runs. */
export type SnapshotSettings = Pick<
  SnapshotOptions,
  'serviceFor' | 'introspection' | 'maxTokens' | 'maxAnswerBytes' | 'overrideLabels'
>;

export interface RebuildSteps {
  /** As that of {@link SupergraphOptions}. */
  readonly warmUp: (present: Snapshot, next: Snapshot) => Promise<unknown>;
  /** Called in the moment in which it comes into service. */
  readonly commit: () => void;
}

export interface SupergraphOptions extends Pick<SnapshotOptions, 'onFreed' | 'logger'> {
  readonly file: string;
  readonly settings: SnapshotSettings;
  /** Called with each snapshot that comes into service. */
  readonly onLoad: (snapshot: Snapshot) => void;
  /** Makes a snapshot ready for what is asked of the present one, before it comes into service. */
  readonly warmUp: (present: Snapshot, next: Snapshot) => Promise<unknown>;
  readonly metrics: Metrics;
}

/** Throws when the first text does not load: a gateway without a supergraph has nothing to serve. */
export async function openSupergraph(given: SupergraphOptions): Promise<Supergraph> {
  const { file, logger, metrics, onLoad } = given;
  const held = metrics.gauge({
    name: 'fathom_gateway_supergraph_snapshots',
    help: 'Snapshots of the supergraph in memory: the one in service, and those on which something still runs.',
  });
  const options: SupergraphOptions = {
    ...given,
    onFreed(services) {
      held.dec();
      given.onFreed?.(services);
    },
  };
  let settings = options.settings;
  const reloads = metrics.counter({
    name: 'fathom_gateway_supergraph_reloads_total',
    help: 'Supergraphs that came into service (reloaded) or did not load (refused).',
    labels: ['outcome'],
  });
  let current = await readFile(file, 'utf8')
    .then((text) => load(options, settings, text))
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The supergraph ${file} cannot be loaded: ${reason}`, { cause });
    });
  held.inc();
  onLoad(current);
  let problem: string | undefined;
  /** One at a time, in the order asked for: what was asked for last wins. */
  let queue: Promise<unknown> = Promise.resolve();

  async function reloadNow(): Promise<'reloaded' | 'unchanged' | 'refused'> {
    try {
      const text = await readFile(file, 'utf8');
      if (supergraphId(text) === current.id) {
        problem = undefined;
        return 'unchanged';
      }
      const previous = current;
      const next = await load(options, settings, text);
      await options.warmUp(previous, next);
      current = next;
      held.inc();
      problem = undefined;
      logger.info(
        { from: previous.id, to: current.id, stillInUse: previous.inUse },
        'the supergraph was reloaded',
      );
      onLoad(current);
      previous.retire();
      reloads.inc({ outcome: 'reloaded' });
      return 'reloaded';
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      logger.error(
        { err: error, current: current.id },
        'the supergraph was not reloaded; the one in service stays',
      );
      reloads.inc({ outcome: 'refused' });
      return 'refused';
    }
  }

  async function rebuildNow(wanted: SnapshotSettings, { warmUp, commit }: RebuildSteps): Promise<void> {
    const previous = current;
    const next = await load(options, wanted, previous.supergraphSdl);
    await warmUp(previous, next);
    settings = wanted;
    current = next;
    held.inc();
    commit();
    onLoad(current);
    previous.retire();
  }

  return {
    current: () => current,
    problem: () => problem,
    reload() {
      const result = queue.then(reloadNow);
      queue = result;
      return result;
    },
    rebuild(wanted, steps) {
      const result = queue.then(() => rebuildNow(wanted, steps));
      queue = result.catch(() => undefined);
      return result;
    },
    async close() {
      await queue;
      current.retire();
    },
  };
}

function load(
  { onFreed, logger }: Pick<SupergraphOptions, 'onFreed' | 'logger'>,
  settings: SnapshotSettings,
  supergraphSdl: string,
): Promise<Snapshot> {
  return createSnapshot({ ...settings, logger, supergraphSdl, ...(onFreed ? { onFreed } : {}) });
}
