import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from './command-error.ts';

/** Where the platform is and with which key to ask: what the user says, else what `npm start` left in the data folder. */
export interface Connection {
  /** The gateway, `http://host:port`. */
  readonly url: string;
  readonly apiKey: string;
}

const defaultUrl = 'http://127.0.0.1:4000';

export function readConnection(env: NodeJS.ProcessEnv): Connection {
  const home = dataFolder(env);
  const apiKey = env.FATHOM_API_KEY ?? readFileIfThere(join(home, 'keys', 'admin'))?.trim();
  if (!apiKey) {
    throw new CommandError(
      `There is no API key: set FATHOM_API_KEY, or start the platform once (\`npm start\`), which writes one into ${home}.`,
      2,
    );
  }
  return { url: env.FATHOM_URL ?? runningUrl(home) ?? defaultUrl, apiKey };
}

/** Where a platform on this machine keeps everything. */
export function dataFolder(env: NodeJS.ProcessEnv): string {
  return resolve(
    env.FATHOM_HOME ?? env.FATHOM_DATA_DIR ?? fileURLToPath(new URL('../../../.fathom', import.meta.url)),
  );
}

function runningUrl(home: string): string | undefined {
  const text = readFileIfThere(join(home, 'running.json'));
  if (text === undefined) return undefined;
  const { url } = JSON.parse(text) as { readonly url?: unknown };
  return typeof url === 'string' ? url : undefined;
}

function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
