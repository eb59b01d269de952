import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import { writeModelFolder } from '@fathom/neural/models/model-folder';
import { trainByteLevelBpe } from '@fathom/neural/tokenizers/bpe-trainer';
import { ChatTemplate, questionAnswerTokens } from '@fathom/neural/tokenizers/chat-template';
import { examplesFileName, serializeExamples } from '@fathom/neural/training/examples-file';
import { openArtifactStore } from '@fathom/platform/artifacts/open-artifact-store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fineTune } from './fine-tune.ts';
import type { FineTuningMessage } from './protocol.ts';

const examples = ['a', 'b', 'c', 'd'].map((letter) => ({ prompt: `Say ${letter}`, completion: letter }));
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fathom-fine-tune-'));
});
afterEach(() => rm(root, { recursive: true }));

async function specification() {
  const artifacts = openArtifactStore({ FATHOM_DATA_DIR: root, S3_BUCKET: 'none', S3_REGION: 'none' });
  const tokenizer = trainByteLevelBpe({
    texts: ['Say a'],
    vocabularySize: 300,
    specialTokens: questionAnswerTokens,
  });
  const config: ModelConfig = {
    vocabularySize: tokenizer.vocabularySize,
    hiddenSize: 16,
    layers: 1,
    heads: 1,
    keyValueHeads: 1,
    headSize: 16,
    intermediateSize: 16,
    maxPositions: 32,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    tieEmbeddings: true,
    initializerRange: 0.02,
  };
  const chatTemplate = ChatTemplate.questionAnswer();
  const weights = initializeLlama(config, 1);
  await writeModelFolder(join(root, 'base'), { config, weights, tokenizer, chatTemplate });
  await mkdir(join(root, 'examples'));
  await writeFile(join(root, 'examples', examplesFileName), serializeExamples(examples));
  const base = await artifacts.put(join(root, 'base'));
  const data = await artifacts.put(join(root, 'examples', examplesFileName));
  return {
    artifacts,
    scratchFolder: join(root, 'scratch'),
    specification: {
      jobId: 'job_1',
      baseVersionId: 'letters@1',
      baseUri: base.uri,
      examplesUri: data.uri,
      rank: 2,
      alpha: 4,
      steps: 2,
      batchSize: 2,
      learningRate: 0.01,
      seed: 1,
      threads: 1,
      checkpointFolder: join(root, 'checkpoints'),
      resumeFrom: null,
    },
  };
}

test('a job that cannot fit into memory is refused with the sum before its first step, and done where it fits', async () => {
  const said: FineTuningMessage[] = [];
  const channel = { send: (message: FineTuningMessage) => said.push(message), stopRequested: () => false };
  const work = { ...(await specification()), channel };
  await expect(fineTune({ ...work, availableMemory: () => 100 * 2 ** 20 })).rejects.toMatchObject({
    code: 'MEMORY_INSUFFICIENT',
    message: expect.stringMatching(
      /^the run would need \d+ MB \(parameters .* \+ moments .* \+ processes 150 MB\), 100 MB are available/,
    ),
  });
  expect(said.map(({ type }) => type)).toEqual(['phase']);
  expect(await fineTune({ ...work, availableMemory: () => 2 ** 40 })).toBe('done');
  expect(said.at(-1)).toMatchObject({ type: 'produced' });
});
