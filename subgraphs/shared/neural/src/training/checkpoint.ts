/**
 * A training run's state on disk, in a folder that appears complete or not at all:
 *
 *   checkpoint.json      step, hyperparameters, what the caller added, and the SHA-256 of the other file
 *   state.safetensors    parameters, first and second moments
 *
 * Whoever resumes gets bitwise the state that was saved, or a `CHECKPOINT_CORRUPT` that names the file and what is wrong.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { type FileContent, readFileIfPresent, sha256, writeFolderAtomically } from '../files.ts';
import { readSafetensors, safetensorsPieces } from '../weights/safetensors.ts';
import type { TensorMap } from '../weights/tensor.ts';

const metadataFile = 'checkpoint.json';
const stateFile = 'state.safetensors';
const formatVersion = 1;

const metadata = z.object({
  formatVersion: z.literal(formatVersion),
  step: z.number().int().nonnegative(),
  run: z.record(z.string(), z.unknown()),
  runSha256: z.string(),
  baseSha256: z.string().optional(),
  extra: z.record(z.string(), z.unknown()),
  files: z.object({ [stateFile]: z.object({ bytes: z.number().int(), sha256: z.string() }) }),
});

export interface Checkpoint {
  readonly step: number;
  /** The run's options, as `createTrainer` took them. */
  readonly run: Readonly<Record<string, unknown>>;
  /** Hash of the frozen base weights of a LoRA run. */
  readonly baseSha256?: string;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly state: TensorMap;
}

export async function writeCheckpoint(dir: string, checkpoint: Checkpoint): Promise<void> {
  const state = safetensorsPieces(checkpoint.state);
  const bytes = state.reduce((total, piece) => total + piece.byteLength, 0);
  const hash = createHash('sha256');
  for (const piece of state) hash.update(piece);
  const description = {
    formatVersion,
    step: checkpoint.step,
    run: checkpoint.run,
    runSha256: sha256(JSON.stringify(checkpoint.run)),
    ...(checkpoint.baseSha256 === undefined ? {} : { baseSha256: checkpoint.baseSha256 }),
    extra: checkpoint.extra,
    files: { [stateFile]: { bytes, sha256: hash.digest('hex') } },
  };
  await writeFolderAtomically(
    dir,
    new Map<string, FileContent>([
      [stateFile, state],
      [metadataFile, `${JSON.stringify(description, null, 2)}\n`],
    ]),
  );
}

export async function readCheckpoint(dir: string): Promise<Checkpoint> {
  const description = parseMetadata(dir, await requireFile(dir, metadataFile));
  if (sha256(JSON.stringify(description.run)) !== description.runSha256) {
    corrupt(dir, metadataFile, 'its options differ from the checksum recorded for them');
  }
  const path = join(dir, stateFile);
  const { size } = await stat(path).catch((error: unknown) =>
    corrupt(dir, stateFile, 'it is missing', error),
  );
  const recorded = description.files[stateFile];
  if (size !== recorded.bytes) {
    corrupt(
      dir,
      stateFile,
      `it has ${size} bytes, ${recorded.bytes} were written: it is truncated or extended`,
    );
  }
  const actual = await hashOf(path);
  if (actual !== recorded.sha256)
    corrupt(dir, stateFile, `its SHA-256 is ${actual}, ${recorded.sha256} was written`);
  return {
    step: description.step,
    run: description.run,
    ...(description.baseSha256 === undefined ? {} : { baseSha256: description.baseSha256 }),
    extra: description.extra,
    state: await readSafetensors(path),
  };
}

/** Piece by piece: parameters and both moments may be more than can be read at once. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 4 * 2 ** 20 }))
    hash.update(piece as Buffer);
  return hash.digest('hex');
}

function parseMetadata(dir: string, bytes: Uint8Array) {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return corrupt(dir, metadataFile, 'it is not valid JSON', error);
  }
  const parsed = metadata.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return corrupt(dir, metadataFile, `${issue?.path.join('.')}: ${issue?.message}`, parsed.error);
}

async function requireFile(dir: string, name: string): Promise<Buffer> {
  return (await readFileIfPresent(join(dir, name))) ?? corrupt(dir, name, 'it is missing');
}

export function corrupt(dir: string, file: string, problem: string, cause?: unknown): never {
  throw new NeuralError('CHECKPOINT_CORRUPT', `checkpoint ${join(dir, file)}: ${problem}`, {
    cause,
    details: { dir, file, problem },
  });
}
