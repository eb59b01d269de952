/**
 * What is asked, and when. A recorded trace is a JSONL file, one request a line:
 * `{"atMs": 12, "promptTokens": 220, "completionTokens": 90, "maxTokens": 256, "session": "…", "system": "…"}`; the last three are
 * optional, and a completion without `maxTokens` was as long as it was allowed to be.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export interface TracedRequest {
  readonly atMs: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** What was asked for: at least what came. A cache has to have room for it. */
  readonly maxTokens: number;
  readonly session?: string | undefined;
  /** Names of the prompt's blocks; equal beginnings have equal names. */
  readonly prefix: readonly string[];
}

export const blockTokens = 32;

const lineSchema = z
  .object({
    atMs: z.number().nonnegative(),
    promptTokens: z.number().int().positive(),
    completionTokens: z.number().int().positive(),
    maxTokens: z.number().int().positive().optional(),
    session: z.string().optional(),
    system: z.string().optional(),
  })
  .refine(({ completionTokens, maxTokens = completionTokens }) => maxTokens >= completionTokens, {
    path: ['maxTokens'],
    message: 'is less than completionTokens',
  });

/**
 * A later turn of a session begins with the whole prompt before it; a system prompt, of eight blocks at most, is shared by all who
 * name it. Throws what is wrong with a line, by its number.
 */
export function readTrace(file: string): readonly TracedRequest[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line, at) => ({ line, place: `${file}:${at + 1}` }))
    .filter(({ line }) => line.trim() !== '');
  const requests = lines.map(({ line, place }, at) => {
    const { system, session, ...rest } = parseLine(line, place);
    const owner = session ?? `request-${at}`;
    return {
      ...rest,
      maxTokens: rest.maxTokens ?? rest.completionTokens,
      session,
      prefix: blocks({ owner, system, systemTokens: blockTokens * 8, promptTokens: rest.promptTokens }),
    };
  });
  return requests.sort((a, b) => a.atMs - b.atMs);
}

function parseLine(line: string, place: string): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Error(`${place} is no request: ${problem}`, { cause });
  }
}

export interface SyntheticTraceOptions {
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly random: () => number;
}

/**
 * Conversations of one to eight turns over one of sixty system prompts; lengths are log-normal, as those of recorded chats
 * are, and clients ask for at most 256 or 1,000 tokens; every ten seconds the load doubles for two.
 */
export function syntheticTrace({
  requestsPerSecond,
  seconds,
  random,
}: SyntheticTraceOptions): readonly TracedRequest[] {
  const requests: TracedRequest[] = [];
  const meanTurns = 3;
  let session = 0;
  for (let atMs = 0; atMs < seconds * 1_000; ) {
    const isBurst = atMs % 10_000 < 2_000;
    // 0.8 + 0.2 · 2 = 1.2 times the calm rate on average.
    const rate = (requestsPerSecond / 1.2 / meanTurns) * (isBurst ? 2 : 1);
    atMs += (-Math.log(1 - random()) / rate) * 1_000;
    session += 1;
    requests.push(...conversation(`s${session}`, atMs, random));
  }
  return requests.filter((request) => request.atMs < seconds * 1_000).sort((a, b) => a.atMs - b.atMs);
}

function* conversation(session: string, startMs: number, random: () => number): Generator<TracedRequest> {
  const system = `system-${Math.floor(60 * random() ** 3)}`;
  const systemTokens = 256;
  const turns = geometric(random, 1 / 3, 8);
  let promptTokens = systemTokens;
  let atMs = startMs;
  for (let turn = 0; turn < turns; turn += 1) {
    promptTokens += Math.round(logNormal(random, { median: 60, sigma: 1 }));
    const completionTokens = Math.min(1_000, Math.round(logNormal(random, { median: 120, sigma: 0.8 })));
    yield {
      atMs,
      promptTokens,
      completionTokens,
      maxTokens: completionTokens <= 256 ? 256 : 1_000,
      session,
      prefix: blocks({ owner: session, system, systemTokens, promptTokens }),
    };
    promptTokens += completionTokens;
    // The answer is read and another question is thought of.
    atMs += 2_000 + completionTokens * 25 + logNormal(random, { median: 4_000, sigma: 0.7 });
  }
}

function blocks(options: {
  readonly owner: string;
  readonly system: string | undefined;
  readonly systemTokens: number;
  readonly promptTokens: number;
}): readonly string[] {
  const { owner, system, systemTokens, promptTokens } = options;
  return Array.from({ length: Math.floor(promptTokens / blockTokens) }, (_, at) =>
    system !== undefined && (at + 1) * blockTokens <= systemTokens ? `${system}/${at}` : `${owner}/${at}`,
  );
}

function geometric(random: () => number, stop: number, most: number): number {
  let count = 1;
  while (count < most && random() > stop) count += 1;
  return count;
}

function logNormal(random: () => number, { median, sigma }: { median: number; sigma: number }): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(1, median * Math.exp(sigma * normal));
}
