/**
 * The environment, parsed once, at the composition root. All problems are printed at once; values never are, since
 * they may be secrets. Services extend {@link baseEnv} in their own `env.ts`, the only readers of `process.env`.
 */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { artifactVariables } from './artifacts/artifact-env.ts';
import type { ProofKeys } from './identity-proof.ts';
import { repositoryRoot } from './repository.ts';

/** A TCP port; 0 takes any free one. */
export const portVariable = (defaultPort: number) =>
  z.coerce.number().int().min(0).max(65_535).default(defaultPort);

/** `true`, `1`, `yes`, `on` and their opposites. */
export const booleanVariable = (defaultValue: boolean) =>
  z
    .enum(['true', '1', 'yes', 'on', 'false', '0', 'no', 'off'])
    .transform((text) => ['true', '1', 'yes', 'on'].includes(text))
    .default(defaultValue);

/** A variable that holds JSON of a known shape. */
export const jsonVariable = <S extends z.ZodType>(schema: S) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'is not valid JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** One Ed25519 key as a JWK; `d` is present in private keys only. */
export const jwkSchema = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().min(1),
  kid: z.string().min(1),
});
export const publicJwksSchema = z.object({
  keys: z.array(jwkSchema.refine((key) => key['d'] === undefined, 'holds a private key')).min(1),
});
export const privateJwkSchema = jwkSchema.extend({ d: z.string().min(1) });

export type Jwk = z.infer<typeof jwkSchema>;
export type PrivateJwk = z.infer<typeof privateJwkSchema>;
export type PublicJwks = z.infer<typeof publicJwksSchema>;

/** Keys of 32 bytes or more in base64url, by commas: the first signs, each is accepted. Or `off`. */
export const proofKeysVariable = z.string().transform((text, context): ProofKeys | undefined => {
  if (text === 'off') return undefined;
  const [first, ...others] = text.split(',').map((key) => Buffer.from(key.trim(), 'base64url'));
  if (first && [first, ...others].every((key) => key.length >= 32)) return [first, ...others];
  context.addIssue({ code: 'custom', message: 'is neither `off` nor base64url of at least 32 bytes' });
  return z.NEVER;
});

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'is not a postgres:// URL' });

export const baseEnv = z.object({
  PORT: portVariable(0),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: postgresUrl,
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'is not a redis:// URL' }).optional(),
  /** Comma-separated `host:port`. */
  KAFKA_BROKERS: z.string().optional(),
  FATHOM_DATA_DIR: z
    .string()
    .default(() => join(repositoryRoot(), '.fathom'))
    .transform((path) => resolve(path)),
  ...artifactVariables,
  IDENTITY_JWKS: jsonVariable(publicJwksSchema),
  IDENTITY_PROOF_KEY: proofKeysVariable,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_SERVICE_INSTANCE_ID: z.string().optional(),
  /** How long a drain waits for requests under way before it cuts them. */
  DRAIN_TIMEOUT_MS: z.coerce.number().int().min(0).default(10_000),
});
export type BaseEnv = z.infer<typeof baseEnv>;

export type ParsedEnv<Env> =
  | { readonly ok: true; readonly env: Env }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The testable core of {@link readEnv}. A variable that is set but empty counts as unset, as in compose files. */
export function parseEnv<S extends z.ZodType>(schema: S, source: NodeJS.ProcessEnv): ParsedEnv<z.infer<S>> {
  const present = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(present);
  if (result.success) return { ok: true, env: result.data };
  return {
    ok: false,
    problems: result.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? '(environment)');
      const inside = issue.path.slice(1).map(String).join('.');
      const unset = issue.path.length === 1 && present[name] === undefined;
      return `${name}${inside ? ` (at ${inside})` : ''}: ${unset ? 'is required' : issue.message}`;
    }),
  };
}

/** The parsed environment; or prints every problem to stderr and ends the process with exit code 2. */
export function readEnv<S extends z.ZodType>(schema: S, source: NodeJS.ProcessEnv = process.env): z.infer<S> {
  return validOrExit(parseEnv(schema, source));
}

/** The same for what was parsed elsewhere. */
export function validOrExit<Env>(parsed: ParsedEnv<Env>): Env {
  if (parsed.ok) return parsed.env;
  process.stderr.write(
    `The environment is not valid:\n${parsed.problems.map((problem) => `  ${problem}\n`).join('')}`,
  );
  process.exit(2);
}
