/**
 * The settings in service, and how they are replaced.
 *
 *   file changed, SIGHUP -> read -> the same: unchanged | invalid, or the graph does not load under them: refused | in service
 *
 * Invariant: all of one reading hold, or none. What is refused leaves those before in service, is logged with its reason and
 * shown in /readyz until a reading is sound.
 */
import { createHash } from 'node:crypto';
import type { ParsedEnv } from '@fathom/platform/env';
import type { Logger } from '@fathom/platform/logging';
import type { Probe } from '@fathom/platform/server/health';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { GatewayEnv } from '../env.ts';
import { changeableVariables } from './changeable.ts';

export type Reloaded = 'reloaded' | 'unchanged' | 'refused';

export interface LiveSettings {
  /** Resolves when what was read is in service, or refused. */
  reload(): Promise<Reloaded>;
  /** For /readyz: which settings are in service, and why the newest are not. */
  readonly probe: Probe;
}

export interface LiveSettingsOptions {
  /** Those that the gateway began with. */
  readonly first: GatewayEnv;
  readonly read: () => ParsedEnv<GatewayEnv>;
  /** Puts them into service. Rejects, with all as it was, where that is not possible. */
  readonly apply: (env: GatewayEnv) => Promise<void>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Its code is what logs, alerts and /readyz name; the problems have names of variables and never their values. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'SETTINGS_INVALID';

  constructor(problems: readonly string[], cause?: unknown) {
    super(`SETTINGS_INVALID: ${problems.join('; ')}`, { cause });
  }
}

export function createLiveSettings({
  first,
  read,
  apply,
  metrics,
  logger,
}: LiveSettingsOptions): LiveSettings {
  const reloads = metrics.counter({
    name: 'fathom_gateway_settings_reloads_total',
    help: 'Settings that came into service (reloaded) or were not valid (refused).',
    labels: ['outcome'],
  });
  let current = idOf(first);
  let problem: string | undefined;
  /** One at a time, in the order asked for: what was asked for last wins. */
  let queue: Promise<unknown> = Promise.resolve();

  async function reloadNow(): Promise<Reloaded> {
    try {
      const parsed = read();
      if (!parsed.ok) throw new SettingsError(parsed.problems);
      const id = idOf(parsed.env);
      if (id === current) {
        problem = undefined;
        return 'unchanged';
      }
      await apply(parsed.env).catch((cause: unknown) => {
        throw new SettingsError([cause instanceof Error ? cause.message : String(cause)], cause);
      });
      logger.info({ from: current, to: id }, 'the settings were reloaded');
      current = id;
      problem = undefined;
      reloads.inc({ outcome: 'reloaded' });
      return 'reloaded';
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      logger.error({ err: error, current }, 'the settings were not reloaded; those in service stay');
      reloads.inc({ outcome: 'refused' });
      return 'refused';
    }
  }

  return {
    reload() {
      const result = queue.then(reloadNow);
      queue = result;
      return result;
    },
    probe: {
      async check() {
        const refused = problem === undefined ? '' : `, the newest were refused: ${problem}`;
        return { ok: true, detail: `settings ${current}${refused}` };
      },
    },
  };
}

/** The first 12 hex digits of the SHA-256 of those that can change. */
function idOf(env: GatewayEnv): string {
  const values = JSON.stringify(changeableVariables.map((name) => [name, env[name]]));
  return createHash('sha256').update(values).digest('hex').slice(0, 12);
}
