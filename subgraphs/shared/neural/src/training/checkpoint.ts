/**
 * A training run's state on disk, in a folder that appears complete or not at all:
 *
 *   checkpoint.json      step, hyperparameters, what the caller added, and the SHA-256 of the other file
 *   state.safetensors    parameters, first and second moments
 *
 * Whoever resumes gets bitwise the state that was saved, or a `CHECKPOINT_CORRUPT` that names the file and what is wrong.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { readFileIfPresent, sha256, writeFolderAtomically } from '../files.ts';
import { parseSafetensors, serializeSafetensors } from '../weights/safetensors.ts';
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
  const state = serializeSafetensors(checkpoint.state);
  const description = {
    formatVersion,
    step: checkpoint.step,
    run: checkpoint.run,
    runSha256: sha256(JSON.stringify(checkpoint.run)),
    ...(checkpoint.baseSha256 === undefined ? {} : { baseSha256: checkpoint.baseSha256 }),
    extra: checkpoint.extra,
    files: { [stateFile]: { bytes: state.byteLength, sha256: sha256(state) } },
  };
  await writeFolderAtomically(
    dir,
    new Map<string, Uint8Array | string>([
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
  const bytes = await requireFile(dir, stateFile);
  const recorded = description.files[stateFile];
  if (bytes.byteLength !== recorded.bytes) {
    corrupt(
      dir,
      stateFile,
      `it has ${bytes.byteLength} bytes, ${recorded.bytes} were written: it is truncated or extended`,
    );
  }
  const actual = sha256(bytes);
  if (actual !== recorded.sha256)
    corrupt(dir, stateFile, `its SHA-256 is ${actual}, ${recorded.sha256} was written`);
  return {
    step: description.step,
    run: description.run,
    ...(description.baseSha256 === undefined ? {} : { baseSha256: description.baseSha256 }),
    extra: description.extra,
    state: parseSafetensors(bytes, join(dir, stateFile)),
  };
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
