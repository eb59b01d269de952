/** A whole platform on a test database, for integration tests of services. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BaseEnv } from '../env.ts';
import { createLogger } from '../logging.ts';
import { openPlatform, type Platform } from '../platform.ts';
import { type TestIdentity, testIdentity } from './identity.ts';

export interface TestPlatformOptions<Extra extends object> {
  readonly service: string;
  readonly migrations: URL;
  /** Of `useTestDatabase()`. */
  readonly databaseUrl: string;
  /** What the service's env has beyond the base. */
  readonly env?: Extra & Partial<BaseEnv>;
  readonly identity?: TestIdentity;
  /** Default `silent`. */
  readonly logLevel?: BaseEnv['LOG_LEVEL'];
}

export interface TestPlatform<Extra extends object> extends Platform<BaseEnv & Extra> {
  readonly identity: TestIdentity;
}

/** Closing it also removes its data folder. */
export async function openTestPlatform<Extra extends object = object>(
  options: TestPlatformOptions<Extra>,
): Promise<TestPlatform<Extra>> {
  const { service, migrations, databaseUrl, logLevel = 'silent' } = options;
  const identity = options.identity ?? (await testIdentity());
  const dataDirectory = await mkdtemp(join(tmpdir(), `fathom-${service}-`));
  const env = {
    PORT: 0,
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    FATHOM_DATA_DIR: dataDirectory,
    S3_BUCKET: 'fathom',
    S3_REGION: 'us-east-1',
    IDENTITY_JWKS: identity.jwks,
    IDENTITY_PROOF_KEY: identity.proofKeys,
    LOG_LEVEL: logLevel,
    DRAIN_TIMEOUT_MS: 1_000,
    ...options.env,
  } as BaseEnv & Extra;
  const logger = createLogger({ service, level: logLevel });
  const platform = await openPlatform({ service, env, migrations, logger });
  return {
    ...platform,
    identity,
    async close() {
      await platform.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
