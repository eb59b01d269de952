/**
 * The environment with SETTINGS_FILE in front of it: a JSON object whose names are those of the variables.
 *
 *   { "MAX_OPERATION_DEPTH": 12, "CORS_ORIGINS": "https://app.example", "SUBGRAPH_URLS": { "features": "http://10.0.0.7:4005" } }
 *
 * What cannot change while the gateway runs is refused by its name instead of being passed over, and so is a misspelt one.
 */
import { readFileSync } from 'node:fs';
import { type ParsedEnv, parseEnv } from '@fathom/platform/env';
import { z } from 'zod';
import { type GatewayEnv, gatewayEnv } from '../env.ts';
import { isChangeable } from './changeable.ts';

const settingsSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown()), z.record(z.string(), z.unknown())], {
    error: 'is neither a text, a number, a list nor an object',
  }),
);

/** The one reader of the file, at the start and with each reload. */
export function readConfiguration(environment: NodeJS.ProcessEnv = process.env): ParsedEnv<GatewayEnv> {
  const file = environment['SETTINGS_FILE'];
  if (!file) return parseEnv(gatewayEnv, environment);
  const read = readSettings(file);
  if (!read.ok) return read;
  const fixed = Object.keys(read.env).filter((name) => !isChangeable(name));
  if (fixed.length > 0)
    return {
      ok: false,
      problems: fixed.map(
        (name) =>
          `${name}: ${name in gatewayEnv.shape ? 'cannot change while the gateway runs; set it in the environment' : 'is no variable of the gateway'} (SETTINGS_FILE)`,
      ),
    };
  return parseEnv(gatewayEnv, { ...environment, ...read.env });
}

function readSettings(file: string): ParsedEnv<Readonly<Record<string, string>>> {
  const refused = (problem: string) => ({ ok: false, problems: [`SETTINGS_FILE: ${problem}`] }) as const;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // The parser's own words would show a piece of what may be secret.
    if (error instanceof SyntaxError) return refused('is not valid JSON');
    return refused(`cannot be read: ${(error as Error).message}`);
  }
  const parsed = settingsSchema.safeParse(content);
  if (!parsed.success)
    return refused(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; '),
    );
  const texts = Object.entries(parsed.data).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return { ok: true, env: Object.fromEntries(texts) };
}
