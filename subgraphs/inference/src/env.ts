import { availableParallelism } from 'node:os';
import { requestedPrecisions } from '@fathom/neural/serving/choose-precision';
import { baseEnv, jsonVariable, portVariable, privateJwkSchema } from '@fathom/platform/env';
import { z } from 'zod';
import { parseDeviceList, type WantedDevice } from './domain/device-list.ts';

const count = (defaultValue: number) => z.coerce.number().int().positive().default(defaultValue);
const milliseconds = (defaultValue: number) => z.coerce.number().int().nonnegative().default(defaultValue);

/** At least 32 bytes in base64url. */
const secretBytes = z.string().transform((text, context): Uint8Array => {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length >= 32) return bytes;
  context.addIssue({ code: 'custom', message: 'is not base64url of at least 32 bytes' });
  return z.NEVER;
});

function wantedDevices(text: string, context: z.RefinementCtx): readonly WantedDevice[] {
  const list = parseDeviceList(text);
  if (list.kind === 'devices') return list.devices;
  context.addIssue({ code: 'custom', message: list.problem });
  return z.NEVER;
}

function peerUrls(text: string, context: z.RefinementCtx): readonly string[] {
  const urls = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (urls.every((url) => /^http:\/\/[^/?#@]+\/?$/.test(url) && URL.canParse(url)))
    return urls.map((url) => new URL(url).origin);
  context.addIssue({ code: 'custom', message: 'names something that is not http://host:port' });
  return z.NEVER;
}

export const env = baseEnv.extend({
  PORT: portVariable(4001),
  /** Signs what is asked of deep-learning on a caller's behalf. */
  IDENTITY_PRIVATE_JWK: jsonVariable(privateJwkSchema),
  /** Deep-learning's /graphql. Without it, questions that the model does not know get its draft, marked as such. */
  DEEP_LEARNING_URL: z.url().optional(),
  DEEP_LEARNING_TIMEOUT_MS: count(5_000),
  /** Whose champion answers when no model is named. */
  DEFAULT_MODEL: z.string().min(1).default('fathom-facts'),
  /** What to compute on: `domain/device-list.ts` has the language. */
  DEVICES: z.string().default('cpu').transform(wantedDevices),
  /** Of a CPU worker, where DEVICES names no number. */
  DEVICE_THREADS: count(availableParallelism()),
  /** Other inference processes that requests are shared with, by commas; a host may stand for many addresses. */
  ENGINE_PEERS: z.string().default('').transform(peerUrls),
  /** Sequences decoded at once. */
  MAX_SEQUENCES: count(16),
  /** Requests that may wait for a slot. */
  MAX_QUEUED: z.coerce.number().int().nonnegative().default(64),
  /** Slots in which prompts are kept for requests that begin alike. */
  PREFIX_CACHE_SLOTS: z.coerce.number().int().nonnegative().default(16),
  /** What the beginnings of prompts are named under. */
  PREFIX_CACHE_SALT: secretBytes.optional(),
  /** Positions of a model's cache, running and kept; by default MAX_SEQUENCES full contexts. */
  KV_CACHE_TOKENS: z.coerce.number().int().positive().optional(),
  PREFILL_TOKENS_PER_STEP: count(128),
  /** `auto` goes by MAX_SEQUENCES: int4 up to 2, int8 above. */
  MODEL_PRECISION: z.enum(requestedPrecisions).default('fp32'),
  MAX_CONTEXT_LENGTH: count(2_048),
  MODEL_MEMORY_BYTES: count(2 * 1024 ** 3),
  GENERATION_GRACE_MS: milliseconds(30_000),
  ANSWER_CACHE_TTL_MS: count(24 * 3_600_000),
});
