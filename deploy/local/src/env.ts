/**
 * What a user may set. Ports follow PORT, so that a second instance needs only PORT, POSTGRES_PORT and FATHOM_HOME;
 * PORT=0 takes free ports for everything that is not set.
 */
import { join, resolve } from 'node:path';
import { parseEnv } from '@fathom/platform/env';
import { repositoryRoot } from '@fathom/platform/repository';
import { z } from 'zod';

const optionalPort = z.coerce.number().int().min(0).max(65_535).optional();

const environment = z.object({
  /** The gateway's port. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  /** The gateway's address; the services always listen on 127.0.0.1. */
  HOST: z.string().default('127.0.0.1'),
  INFERENCE_PORT: optionalPort,
  DEEP_LEARNING_PORT: optionalPort,
  TRAINING_PORT: optionalPort,
  FINE_TUNING_PORT: optionalPort,
  FEATURES_PORT: optionalPort,
  MONITORING_PORT: optionalPort,
  POSTGRES_PORT: optionalPort,
  /** A PostgreSQL to use instead of the embedded one. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is not a postgres:// URL' }).optional(),
  /** Everything that is kept: database, artifacts, keys, logs. */
  FATHOM_HOME: z.string().optional(),
  /** The same under the name that services know it by. */
  FATHOM_DATA_DIR: z.string().optional(),
  /** How long the services may take until all of them are ready. */
  START_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(120_000),
});

export interface LocalEnv {
  readonly host: string;
  readonly gatewayPort: number;
  /** By the service's name. */
  readonly servicePorts: Readonly<Record<string, number>>;
  readonly postgresPort: number;
  readonly databaseUrl: string | undefined;
  /** Absolute. */
  readonly home: string;
  readonly startTimeoutMs: number;
  /** What is passed on to every service, so that REDIS_URL, LOG_LEVEL and the like reach it. */
  readonly inherited: NodeJS.ProcessEnv;
}

export type ReadLocalEnv =
  | { readonly ok: true; readonly env: LocalEnv }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Relative to the gateway's port. */
const portOffsets = {
  inference: 1,
  'deep-learning': 2,
  training: 3,
  'fine-tuning': 4,
  features: 5,
  monitoring: 6,
} as const;
const defaultPostgresPort = 5439;

export function readLocalEnv(source: NodeJS.ProcessEnv): ReadLocalEnv {
  const parsed = parseEnv(environment, source);
  if (!parsed.ok) return parsed;
  const { env } = parsed;
  const given: Readonly<Record<string, number | undefined>> = {
    inference: env.INFERENCE_PORT,
    'deep-learning': env.DEEP_LEARNING_PORT,
    training: env.TRAINING_PORT,
    'fine-tuning': env.FINE_TUNING_PORT,
    features: env.FEATURES_PORT,
    monitoring: env.MONITORING_PORT,
  };
  const free = env.PORT === 0;
  const servicePorts = Object.fromEntries(
    Object.entries(portOffsets).map(([name, offset]) => [
      name,
      given[name] ?? (free ? 0 : env.PORT + offset),
    ]),
  );
  return {
    ok: true,
    env: {
      host: env.HOST,
      gatewayPort: env.PORT,
      servicePorts,
      postgresPort: env.POSTGRES_PORT ?? (free ? 0 : defaultPostgresPort),
      databaseUrl: env.DATABASE_URL,
      home: resolve(env.FATHOM_HOME ?? env.FATHOM_DATA_DIR ?? join(repositoryRoot(), '.fathom')),
      startTimeoutMs: env.START_TIMEOUT_MS,
      inherited: source,
    },
  };
}

/** The variable that sets a part's port, for advice when it is taken. */
export function portVariableOf(part: string): string {
  return part === 'gateway' ? 'PORT' : `${part.toUpperCase().replaceAll('-', '_')}_PORT`;
}
