/** The gateway as its own process, started from `src/index.ts` as the supervisor does it, on a database of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateIdentityKey } from '@fathom/platform/identity-token';

export interface GatewayProcess {
  readonly url: string;
  readonly keyFile: string;
  readonly child: ChildProcess;
  /** All that it wrote to stdout and stderr. */
  output(): string;
  /** Resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface GatewayProcessOptions {
  readonly databaseUrl: string;
  readonly env?: Readonly<Record<string, string>>;
}

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));

/** Throws with what it wrote when it ends before it is ready. */
export async function startGatewayProcess({
  databaseUrl,
  env = {},
}: GatewayProcessOptions): Promise<GatewayProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fathom-gateway-process-'));
  const keyFile = join(dataDir, 'keys', 'admin');
  const { privateJwk, publicJwk } = await generateIdentityKey('gateway');
  const child = fork(entry, [], {
    execArgv: ['--conditions=development', '--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      FATHOM_DATA_DIR: dataDir,
      FATHOM_BOOTSTRAP_KEY_FILE: keyFile,
      IDENTITY_PRIVATE_JWK: JSON.stringify(privateJwk),
      IDENTITY_JWKS: JSON.stringify({ keys: [publicJwk] }),
      IDENTITY_PROOF_KEY: randomBytes(32).toString('base64url'),
      ...env,
    },
  });
  let written = '';
  child.stdout?.on('data', (chunk) => {
    written += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    written += String(chunk);
  });
  const exited = once(child, 'exit').then(async ([code]) => {
    await rm(dataDir, { recursive: true, force: true });
    return code as number | null;
  });
  const started = await Promise.race([once(child, 'message'), exited]);
  if (!Array.isArray(started)) throw new Error(`the gateway ended with ${started}:\n${written}`);
  const { port } = started[0] as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    keyFile,
    child,
    output: () => written,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}
