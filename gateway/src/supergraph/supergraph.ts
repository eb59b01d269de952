/**
 * The supergraph in service, and how it is replaced.
 *
 * Invariant: there is always exactly one current snapshot, and it loaded completely. A text that does not load leaves
 * the current one in place, is logged with its reason and shown in /readyz until one loads.
 */
import { readFile } from 'node:fs/promises';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { createSnapshot, type Snapshot, type SnapshotOptions, supergraphId } from './snapshot.ts';

export interface Supergraph {
  current(): Snapshot;
  /** Why the newest text is not in service; `undefined` if it is. */
  problem(): string | undefined;
  /** Reads the file again. Resolves when the result is in service, or refused. */
  reload(): Promise<'reloaded' | 'unchanged' | 'refused'>;
  close(): Promise<void>;
}

export interface SupergraphOptions extends Omit<SnapshotOptions, 'supergraphSdl'> {
  readonly file: string;
  /** Called with each snapshot that comes into service. */
  readonly onLoad: (snapshot: Snapshot) => void;
  /** Makes a snapshot ready for what is asked of the present one, before it comes into service. */
  readonly warmUp: (present: Snapshot, next: Snapshot) => Promise<unknown>;
  readonly metrics: Metrics;
}

/** Throws when the first text does not load: a gateway without a supergraph has nothing to serve. */
export async function openSupergraph(options: SupergraphOptions): Promise<Supergraph> {
  const { file, logger, metrics, onLoad } = options;
  const reloads = metrics.counter({
    name: 'fathom_gateway_supergraph_reloads_total',
    help: 'Supergraphs that came into service (reloaded) or did not load (refused).',
    labels: ['outcome'],
  });
  let current = await readFile(file, 'utf8')
    .then((text) => load(options, text))
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The supergraph ${file} cannot be loaded: ${reason}`, { cause });
    });
  onLoad(current);
  let problem: string | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function reloadNow(): Promise<'reloaded' | 'unchanged' | 'refused'> {
    try {
      const text = await readFile(file, 'utf8');
      if (supergraphId(text) === current.id) {
        problem = undefined;
        return 'unchanged';
      }
      const previous = current;
      const next = await load(options, text);
      await options.warmUp(previous, next);
      current = next;
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

  return {
    current: () => current,
    problem: () => problem,
    reload() {
      // One at a time, in the order asked for: the last text wins.
      const result = queue.then(reloadNow);
      queue = result;
      return result;
    },
    async close() {
      await queue;
      current.retire();
    },
  };
}

function load(
  { file: _file, metrics: _metrics, onLoad: _onLoad, warmUp: _warmUp, ...options }: SupergraphOptions,
  supergraphSdl: string,
): Promise<Snapshot> {
  return createSnapshot({ ...options, supergraphSdl });
}
